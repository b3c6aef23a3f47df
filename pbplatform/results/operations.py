"""Counting, counting again, declaring, correcting; the council's decision on record.

Counting is imported where it is done: its arrays take some fifteen megabytes, and most processes only serve pages.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase, Step
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import operations as consultation
from pbplatform.consultation import queries as consultation_queries
from pbplatform.consultation.models import Round
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import Database, database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.jobs import Jobs, Progress
from pbplatform.journal.operations import record
from pbplatform.notices.models import News, Topic
from pbplatform.notices.operations import tell
from pbplatform.results import queries
from pbplatform.results.models import CouncilDecision, Count, CountState

COUNT_JOB = "count"
RECOUNT_JOB = "recount"
LONGEST_REASON = 4000


class ResultProblem(StrEnum):
    """Why a result cannot be counted, declared or corrected now."""

    NOT_SEALED = "result_not_sealed"
    STILL_RUNNING = "result_still_running"
    NOT_COUNTED = "result_not_counted"
    NOT_RECOUNTED = "result_not_recounted"
    RECOUNT_DIFFERS = "result_recount_differs"
    REASON_MISSING = "result_reason_missing"
    REASON_TOO_LONG = "result_reason_too_long"
    NOTHING_TO_CORRECT = "result_nothing_to_correct"
    ACT_NUMBER_MISSING = "result_act_number_missing"
    ACT_NUMBER_TAKEN = "result_act_number_taken"
    DATE_IN_FUTURE = "result_date_in_future"
    NOT_DECLARED = "result_not_declared"
    ALREADY_DECLARED = "result_already_declared"
    NO_PRINTING = "result_no_printing"
    BAD_DOCUMENT = "result_bad_document"


def order_count(actor: Actor, session: Session, found: Round) -> Count:
    """Begin the count of a closed and sealed round; the counting itself is a job (`do_count`)."""
    require(actor, Action.ORDER_COUNT, Subject(found.municipality_id, found.phase))
    return _begin(actor, session, found, {}, Action.ORDER_COUNT)


def correct(actor: Actor, session: Session, found: Round, reasons: dict[str, str]) -> Count:
    """Begin a new count of a declared round, with the reason that everybody will read.

    The declared count stays in force until the new one has been counted again and declared in its place.
    """
    require(actor, Action.CORRECT_RESULT, Subject(found.municipality_id, found.phase))
    if queries.public_count(session, found) is None:
        raise Conflict(ResultProblem.NOTHING_TO_CORRECT)
    if not any(text.strip() for text in reasons.values()):
        raise Invalid(ResultProblem.REASON_MISSING, "reason")
    if any(len(text) > LONGEST_REASON for text in reasons.values()):
        raise Invalid(ResultProblem.REASON_TOO_LONG, "reason", most=LONGEST_REASON)
    return _begin(actor, session, found, reasons, Action.CORRECT_RESULT)


def count_past_election(actor: Actor, session: Session, found: Round) -> Count:
    """Count a past election here and now, and count it again; what comes out is for everybody to see."""
    from pbplatform.results import counting

    require(actor, Action.IMPORT_ELECTION, Subject(found.municipality_id))
    row = _new(actor, session, found, {})
    counted = counting.count_round(session, found)
    counting.keep(session, row, counted)
    counting.note_left_out(session, found, row, counted.contests)
    counting.note_second(session, row, counting.second_count(session, row))
    record(
        actor,
        session,
        found.municipality_id,
        Action.ORDER_COUNT,
        "count",
        row.id,
        result=row.result_hash,
        recount=row.recount_hash,
    )
    return row


def _begin(actor: Actor, session: Session, found: Round, reasons: dict[str, str], action: Action) -> Count:
    found = consultation.lock(session, found)
    if queries.seal(session, found) is None:
        raise Conflict(ResultProblem.NOT_SEALED)
    newest = queries.latest(session, found)
    if newest is not None and newest.state is CountState.RUNNING:
        if not queries.interrupted(session, newest):
            raise Conflict(ResultProblem.STILL_RUNNING)
        newest.state = CountState.FAILED
    row = _new(actor, session, found, reasons)
    record(actor, session, found.municipality_id, action, "count", row.id, number=row.number, reasons=reasons)
    return row


def _new(actor: Actor, session: Session, found: Round, reasons: dict[str, str]) -> Count:
    newest = queries.latest(session, found)
    row = Count(
        municipality_id=found.municipality_id,
        round_id=found.id,
        number=newest.number + 1 if newest else 1,
        reasons=reasons,
        ordered_by=actor.account_id,
        ordered_at=database_now(session),
    )
    session.add(row)
    session.flush()
    return row


def queue_count(session: Session, jobs: Jobs, row: Count) -> None:
    """Put the counting into the queue; it starts when the caller's transaction is committed."""
    job = jobs.enqueue(session, COUNT_JOB, {"count_id": row.id}, row.municipality_id, row.ordered_by)
    row.job_id = job.id


def do_count(database: Database, progress: Progress, count_id: int) -> dict[str, str]:
    """The job: count, and keep the result; a failure is kept in the count's row too."""
    from pbplatform.results import counting

    try:
        # The ballots are read beside any writing, so that progress can be told and nobody waits for the count.
        with database.read() as reading:
            found = reading.get_one(Round, reading.get_one(Count, count_id).round_id)
            counted = counting.count_round(reading, found, progress.tell)
        with database.transaction() as session:
            row = session.get_one(Count, count_id, with_for_update=True)
            if row.state is not CountState.RUNNING:  # It was given up meanwhile, and another one was ordered.
                raise Conflict(ResultProblem.NOT_COUNTED)
            counting.keep(session, row, counted)
            record(
                None,
                session,
                row.municipality_id,
                Action.ORDER_COUNT,
                "count",
                row.id,
                result=row.result_hash,
            )
            return {"result": str(row.result_hash)}
    except Exception:
        with database.transaction() as session:
            row = session.get_one(Count, count_id, with_for_update=True)
            if row.state is CountState.RUNNING:
                row.state = CountState.FAILED
        raise


def order_recount(actor: Actor, session: Session, jobs: Jobs, row: Count, phase: Phase) -> None:
    """Have a count made again in another way."""
    action = Action.CORRECT_RESULT if row.reasons else Action.ORDER_COUNT
    require(actor, action, Subject(row.municipality_id, phase))
    if row.state is CountState.DIFFERENT:
        raise Conflict(ResultProblem.RECOUNT_DIFFERS)
    if row.state is not CountState.COUNTED:
        raise Conflict(ResultProblem.NOT_COUNTED)
    row.recounted_by = actor.account_id
    session.flush()
    jobs.enqueue(session, RECOUNT_JOB, {"count_id": row.id}, row.municipality_id, actor.account_id)


def do_recount(database: Database, progress: Progress, count_id: int) -> dict[str, str]:
    """The job: count again and compare the bytes."""
    from pbplatform.results import counting

    # As for the first count, the ballots are read beside any writing.
    with database.read() as reading:
        row = reading.get_one(Count, count_id)
        _refuse_uncounted(row)
        again = counting.second_count(reading, row)
    with database.transaction() as session:
        row = session.get_one(Count, count_id, with_for_update=True)
        _refuse_uncounted(row)
        counting.note_second(session, row, again)
        record(
            None,
            session,
            row.municipality_id,
            Action.ORDER_COUNT,
            "count",
            row.id,
            recount=row.recount_hash,
            agrees=row.state is CountState.RECOUNTED,
            method=row.recount_method,
        )
        outcome = {"result": str(row.recount_hash), "state": row.state.value}
    progress.tell(1, 1)
    return outcome


def _refuse_uncounted(row: Count) -> None:
    if row.state is not CountState.COUNTED:
        raise Conflict(ResultProblem.NOT_COUNTED)


def declare(actor: Actor, session: Session, found: Round, row: Count) -> Count:
    """Make a count official: the first moves the round on, a later one takes the place of the declared one."""
    # Of two officers at the same moment the second waits here, and then sees what the first has done.
    found = consultation.lock(session, found)
    session.refresh(row)
    if row.state is CountState.DECLARED:
        raise Conflict(ResultProblem.ALREADY_DECLARED)
    first = found.phase is Phase.COUNTING
    action = Action.DECLARE_RESULT if first else Action.CORRECT_RESULT
    require(actor, action, Subject(found.municipality_id, found.phase))
    newest = queries.latest(session, found)
    if newest is None or newest.id != row.id or row.state in (CountState.RUNNING, CountState.FAILED):
        raise Conflict(ResultProblem.NOT_COUNTED)
    if row.state is CountState.DIFFERENT:
        raise Conflict(ResultProblem.RECOUNT_DIFFERS)
    if row.state is not CountState.RECOUNTED:
        raise Conflict(ResultProblem.NOT_RECOUNTED)
    # What is declared is what stands in the database now, not what stood there when its fingerprint was taken.
    if not row.result_hash == row.recount_hash == digest(str(row.result)):
        raise Conflict(ResultProblem.RECOUNT_DIFFERS)
    for earlier in queries.counts(session, found):
        if earlier.state is CountState.DECLARED:
            earlier.state = CountState.CORRECTED
    row.state, row.declared_by, row.declared_at = CountState.DECLARED, actor.account_id, database_now(session)
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        action,
        "count",
        row.id,
        number=row.number,
        result=row.result_hash,
        reasons=row.reasons,
    )
    if first:
        # Followers hear of the first result as the phase that begins with it.
        facts = consultation_queries.facts_for(session, found, Step.DECLARE)
        consultation.walk(actor, session, found, Step.DECLARE, facts)
    else:
        about = [(Topic.ROUND, found.id)]
        path = f"rounds/{found.slug}/results"
        tell(session, found.municipality_id, News.RESULT_CORRECTED, about, found.titles, path)
    return row


def record_council_decision(
    actor: Actor,
    session: Session,
    found: Round,
    *,
    decided_on: date,
    act_number: str,
    texts: dict[str, str],
    document: tuple[str, str] | None = None,
) -> CouncilDecision:
    """Keep what the council decided on the declared result; `document` is a file's key and its name."""
    require(actor, Action.RECORD_COUNCIL_DECISION, Subject(found.municipality_id, found.phase))
    row = queries.public_count(session, found)
    if row is None:
        raise Conflict(ResultProblem.NOT_DECLARED)
    act_number = act_number.strip()
    if not act_number:
        raise Invalid(ResultProblem.ACT_NUMBER_MISSING, "act_number")
    if any(known.act_number == act_number for known in queries.decisions(session, found)):
        raise Invalid(ResultProblem.ACT_NUMBER_TAKEN, "act_number")
    now = database_now(session)
    if decided_on > now.date():
        raise Invalid(ResultProblem.DATE_IN_FUTURE, "decided_on")
    key, name = document or (None, "")
    assert actor.account_id is not None
    decision = CouncilDecision(
        municipality_id=found.municipality_id,
        round_id=found.id,
        count_id=row.id,
        decided_on=decided_on,
        act_number=act_number,
        texts=texts,
        document_key=key,
        document_name=name,
        recorded_by=actor.account_id,
        recorded_at=now,
    )
    session.add(decision)
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        Action.RECORD_COUNCIL_DECISION,
        "council_decision",
        decision.id,
        act_number=act_number,
        decided_on=decided_on.isoformat(),
    )
    return decision


def check_act(content: bytes, most: int) -> None:
    """Refuse a document of the council that is no PDF, or too large."""
    if len(content) > most or not content.startswith(b"%PDF-"):
        raise Invalid(ResultProblem.BAD_DOCUMENT, "document")
