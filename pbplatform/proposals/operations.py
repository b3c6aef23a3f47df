"""Writing, submitting, editing and withdrawing proposals."""

import secrets
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation import settings
from pbplatform.consultation.models import Round
from pbplatform.consultation.operations import lock
from pbplatform.foundation import clock
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import Files
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.journal.operations import record
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News, Topic
from pbplatform.proposals import history, queries, wording
from pbplatform.proposals.models import (
    CoAuthor,
    Entry,
    Proposal,
    ProposalFile,
    ProposalState,
    ProposalVersion,
)
from pbplatform.proposals.problems import ProposalProblem
from pbplatform.proposals.wording import Words
from pbplatform.uploads import operations as uploads

MOST_DRAFTS = 10
SHUFFLE_BITS = 31


def begin(actor: Actor, session: Session, round_: Round, language: str, author_name: str) -> Proposal:
    """An empty draft of the actor's own; an empty one that lies there already is taken up again."""
    require(actor, Action.START_PROPOSAL, Subject(round_.municipality_id, round_.phase))
    require_open(session, round_)
    if language not in LANGUAGES:
        raise Invalid(ProposalProblem.LANGUAGE_UNKNOWN)
    assert actor.account_id is not None
    untouched = session.scalar(
        select(Proposal).where(
            Proposal.round_id == round_.id,
            Proposal.author_id == actor.account_id,
            Proposal.state == ProposalState.DRAFT,
            Proposal.title == "",
            Proposal.text == "",
        )
    )
    if untouched is not None:
        return untouched
    if queries.count_of(session, round_.id, actor.account_id, drafts=True) >= MOST_DRAFTS:
        raise Invalid(ProposalProblem.TOO_MANY_DRAFTS, most=MOST_DRAFTS)
    return _add(session, round_, language, author_name, author_id=actor.account_id)


def begin_for_citizen(actor: Actor, session: Session, round_: Round, language: str, name: str) -> Proposal:
    """A draft that an officer types in for somebody at the counter."""
    # What is begun here is answered for by the officer who types it in.
    typist = frozenset({actor.account_id} if actor.account_id is not None else set())
    subject = Subject(round_.municipality_id, round_.phase, ProposalState.DRAFT, typist)
    require(actor, Action.ENTER_FOR_CITIZEN, subject)
    require_open(session, round_)
    shown = " ".join(name.split())[:100]
    if len(shown) < 2:
        raise Invalid(ProposalProblem.NAME_MISSING, "name")
    return _add(session, round_, language, shown, entry=Entry.COUNTER, entered_by=actor.account_id)


def _add(
    session: Session,
    round_: Round,
    language: str,
    author_name: str,
    *,
    author_id: int | None = None,
    entry: Entry = Entry.ONLINE,
    entered_by: int | None = None,
) -> Proposal:
    proposal = Proposal(
        municipality_id=round_.municipality_id,
        round_id=round_.id,
        language=language,
        author_id=author_id,
        author_name=author_name,
        entry=entry,
        entered_by=entered_by,
        shuffle=secrets.randbits(SHUFFLE_BITS),
        changed_at=clock.now(),
    )
    session.add(proposal)
    session.flush()
    return proposal


def write(actor: Actor, session: Session, round_: Round, proposal: Proposal, words: Words) -> None:
    """Keep a draft as far as it is; only what could never be kept is refused."""
    require_editable(actor, session, round_, proposal)
    wording.put(session, round_, proposal, words)
    session.flush()


def submit(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Hand a complete draft in; from now on it is public, unless the round looks at proposals first."""
    require_editable(actor, session, round_, proposal)
    wording.check(session, round_, proposal)
    rules = settings.read(round_.settings)
    if proposal.state is ProposalState.DRAFT and proposal.author_id is not None:
        limit = rules.most_proposals_each
        if (
            limit is not None
            and queries.count_of(session, round_.id, proposal.author_id, drafts=False) >= limit
        ):
            raise Invalid(ProposalProblem.TOO_MANY_PROPOSALS, most=limit)
    if proposal.author_id is not None and len(queries.owners(session, proposal)) <= rules.fewest_co_authors:
        raise Invalid(ProposalProblem.TOO_FEW_CO_AUTHORS, least=rules.fewest_co_authors)
    proposal.changed_at = database_now(session)
    if proposal.submitted_at is None:
        proposal.submitted_at = proposal.changed_at
        proposal.hidden_at = proposal.changed_at if rules.moderation_before_publication else None
    proposal.state = ProposalState.SUBMITTED
    proposal.correction_until = None
    _publish_files(session, proposal)
    number = history.keep(actor, session, proposal)
    record(
        actor,
        session,
        proposal.municipality_id,
        Action.SUBMIT_PROPOSAL,
        "proposal",
        proposal.id,
        version=number,
    )
    for account_id in queries.owners(session, proposal):
        notices.follow_own(session, proposal.municipality_id, account_id, Topic.PROPOSAL, proposal.id)
    tell(session, round_, proposal, News.PROPOSAL_SUBMITTED)
    session.flush()


def edit(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, words: Words, note: str = ""
) -> None:
    """Change a submitted proposal while that is open: the former words stay in its history."""
    require_editable(actor, session, round_, proposal)
    before = queries.said_by(proposal)
    wording.put(session, round_, proposal, words)
    wording.check(session, round_, proposal)
    if queries.said_by(proposal) == before:
        return
    number = history.keep(actor, session, proposal, note)
    record(
        actor,
        session,
        proposal.municipality_id,
        Action.EDIT_PROPOSAL,
        "proposal",
        proposal.id,
        version=number,
    )
    tell(session, round_, proposal, News.PROPOSAL_CHANGED)
    session.flush()


def withdraw(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Take a proposal back. Its page stays with a mark, because others may have linked and discussed it."""
    owned = queries.owners(session, proposal)
    require(actor, Action.WITHDRAW_PROPOSAL, queries.subject(proposal, round_, owned))
    if list_is_fixed(session, round_):
        raise Invalid(ProposalProblem.CLOSED)
    was_public = queries.is_public(proposal)
    proposal.state = ProposalState.WITHDRAWN
    proposal.changed_at = clock.now()
    _publish_files(session, proposal)
    if was_public:
        if proposal.hidden_at is None:
            tell(session, round_, proposal, News.PROPOSAL_WITHDRAWN)
        record(actor, session, proposal.municipality_id, Action.WITHDRAW_PROPOSAL, "proposal", proposal.id)
    session.flush()


def list_is_fixed(session: Session, round_: Round) -> bool:
    """Whether the list for the ballot is fixed; the round is held, so that it is not fixed while this is decided."""
    lock(session, round_)
    return queries.draw_of(session, round_.id) is not None


def discard(actor: Actor, session: Session, files: Files, round_: Round, proposal: Proposal) -> None:
    """Throw a draft away with everything that hangs on it; nobody else has ever seen it."""
    owned = queries.owners(session, proposal)
    if proposal.entered_by is not None:
        owned |= {proposal.entered_by}
    require(actor, Action.DISCARD_DRAFT, queries.subject(proposal, round_, owned))
    throw_away(session, files, proposal)


def throw_away(session: Session, files: Files, proposal: Proposal) -> None:
    """Delete a draft with everything that hangs on it."""
    for upload in queries.uploads_of(session, proposal.id):
        session.execute(delete(ProposalFile).where(ProposalFile.upload_id == upload.id))
        uploads.forget(session, files, upload)
    session.execute(delete(CoAuthor).where(CoAuthor.proposal_id == proposal.id))
    session.execute(delete(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id))
    session.delete(proposal)
    session.flush()


def tell(session: Session, round_: Round, proposal: Proposal, news: News, **values: Any) -> None:
    """Let followers know, unless the proposal is hidden."""
    if proposal.hidden_at is None:
        notices.tell(
            session,
            proposal.municipality_id,
            news,
            queries.topics(proposal),
            {proposal.language: proposal.title},
            queries.path(round_, proposal),
            **values,
        )


def require_editable(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Raise unless this actor may change the words of this proposal at this moment by the database's clock."""
    if proposal.entered_by is not None and proposal.entered_by == actor.account_id:
        owners = frozenset({proposal.entered_by})
        require(actor, Action.ENTER_FOR_CITIZEN, queries.subject(proposal, round_, owners))
    else:
        require(
            actor, Action.EDIT_PROPOSAL, queries.subject(proposal, round_, queries.owners(session, proposal))
        )
    if proposal.state is ProposalState.RETURNED:
        if proposal.correction_until is None or database_now(session) >= proposal.correction_until:
            raise Invalid(ProposalProblem.CLOSED)
    else:
        require_open(session, round_)


def require_open(session: Session, round_: Round) -> None:
    """Raise Invalid unless proposals are taken at this moment: by the stored phase and by the database's clock."""
    if not rounds.is_open(session, round_, Phase.SUBMISSION):
        raise Invalid(ProposalProblem.CLOSED)


def set_hidden(session: Session, proposal: Proposal, *, hidden: bool) -> None:
    """Hide a proposal behind a mark, or show it again; moderation has decided it."""
    proposal.hidden_at = clock.now() if hidden else None
    proposal.changed_at = clock.now()
    _publish_files(session, proposal)
    notices.set_withheld(session, Topic.PROPOSAL, proposal.id, withheld=hidden)
    session.flush()


def _publish_files(session: Session, proposal: Proposal) -> None:
    """Files can be fetched by everybody exactly as long as their proposal can be read."""
    visible = queries.is_readable(proposal)
    for upload in queries.uploads_of(session, proposal.id):
        uploads.publish(session, upload, visible=visible)
