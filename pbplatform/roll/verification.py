"""Proving to be a roll entry: national id and birth date, and a second channel. Every failure looks and costs the same.

Whoever guesses learns nothing: an unknown id, a wrong date, a wrong, spent or locked code make the same statements and
the same answer. The functions here do not raise for a wrong guess, because the try itself must be kept.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from pbplatform.foundation import clock
from pbplatform.foundation.crypto import Vault, digest, same, token
from pbplatform.foundation.database import UTCDateTime, hold
from pbplatform.foundation.errors import Conflict
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.codes import new_message_code, normal_letter_code
from pbplatform.roll.ids import BadId, normal_id
from pbplatform.roll.models import (
    AgeBand,
    LetterCode,
    Means,
    RollClaim,
    RollEntry,
    SentCode,
    VerificationTry,
    VoterPass,
)
from pbplatform.roll.pepper import Pepper

LETTER_TRIES = 10
MESSAGE_TRIES = 5
MESSAGE_LIFE = timedelta(minutes=10)
MESSAGES_A_DAY = 5
PASS_LIFE = timedelta(minutes=45)
TRIES_FROM_A_NETWORK = 300
"""Failed tries an hour from one network before it has to wait: a library's readers pass, a machine does not."""
MESSAGES_FROM_A_NETWORK = "200 per hour"
"""Each message costs the municipality money and somebody's rest."""
ALARM_TRIES = 200
"""Failed tries an hour in a municipality that show its officers an alarm."""


class VerificationProblem(StrEnum):
    """What a person is told when they could not be verified: one sentence for everything that fits no entry."""

    NOT_CONFIRMED = "not_confirmed"
    TOO_MANY_FROM_HERE = "too_many_from_here"
    CLAIMED_BY_OTHER = "claimed_by_other"
    CODE_WRONG = "code_wrong"


@dataclass(frozen=True)
class Person:
    """What somebody typed to say who they are, and where from (an address prefix, see `network_of`)."""

    national_id: str
    birth_date: date | None
    network: str


def network_of(address: str | None) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    if not address:
        return "?"
    if ":" in address:
        return ":".join(address.split(":")[:3])
    return ".".join(address.split(".")[:3])


def subject_of(place: Municipality, pepper: Pepper, national_id: str) -> str:
    """The hash of a typed national id; of something that is none as well, so that tries at it are counted alike."""
    try:
        return pepper.of_id(place.id, normal_id(national_id, place.country))
    except BadId:
        return pepper.of_id(place.id, "?" + "".join(national_id.split())[:60])


def age_band(born: date, today: date) -> AgeBand:
    """The coarse age on a day."""
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    bounds = (
        (75, AgeBand.FROM_75),
        (60, AgeBand.FROM_60),
        (45, AgeBand.FROM_45),
        (30, AgeBand.FROM_30),
        (18, AgeBand.FROM_18),
    )
    return next((band for least, band in bounds if age >= least), AgeBand.UNDER_18)


def network_is_throttled(session: Session, place: Municipality, pepper: Pepper, network: str) -> bool:
    """Whether too many tries failed from one network in the last hour."""
    failed = session.scalar(
        select(func.count()).where(
            VerificationTry.municipality_id == place.id,
            VerificationTry.prefix_hash == pepper.of_network(place.id, network),
            VerificationTry.at > clock.now() - timedelta(hours=1),
            VerificationTry.succeeded.is_(False),
        )
    )
    return (failed or 0) >= TRIES_FROM_A_NETWORK


def verify_letter(
    session: Session,
    pepper: Pepper,
    place: Municipality,
    person: Person,
    code: str,
    again_since: datetime | None = None,
) -> RollEntry | None:
    """The entry that id, birth date and a letter's code prove, or None. The first proof marks the code as used.

    A used code proves nothing more, except where `again_since` is given: then one that was first used since that moment
    proves the same entry again. A vote gives its opening, so that a letter opens its reader's ballot until the close.
    """
    subject = subject_of(place, pepper, person.national_id)
    # Parallel guesses at one entry wait for each other, so that no more of them are judged than the limit allows.
    hold(session, f"verify|{place.id}|{subject}")
    entry = _entry(session, place.id, subject)
    issued = session.scalars(_ISSUED, {"place_id": place.id, "entry_id": entry.id if entry else -1}).all()
    newest = issued[0].issued_at if issued else clock.now() - timedelta(days=30)
    locked = _failures(session, place.id, subject, Means.LETTER, newest) >= LETTER_TRIES
    typed = pepper.of_code(place.id, normal_letter_code(code) or "?" + code[:60])
    fitting = next(
        (one for one in issued if same(one.code_hash, typed) and not _is_spent(one, again_since)), None
    )
    right = entry is not None and fitting is not None and entry.birth_date == person.birth_date and not locked
    means = fitting.means if fitting is not None and right else Means.LETTER
    _note(session, pepper, place, subject, person.network, means, entry if right else None)
    if not right or fitting is None:
        return None
    fitting.used_at = fitting.used_at or clock.now()
    return entry


def _is_spent(letter: LetterCode, again_since: datetime | None) -> bool:
    return letter.used_at is not None and (again_since is None or letter.used_at < again_since)


def send_code(
    session: Session,
    pepper: Pepper,
    vault: Vault,
    place: Municipality,
    person: Person,
    means: Means,
    language: str,
) -> tuple[str, int]:
    """Write a code for the phone or mailbox on the roll; return the flow's token for the browser and the row's number.

    For details that fit nobody the same row is written, and sent to nobody. The caller queues the sending.
    """
    subject = subject_of(place, pepper, person.national_id)
    hold(session, f"verify|{place.id}|{subject}")
    entry = _entry(session, place.id, subject)
    recent = session.scalar(
        select(func.count()).where(
            SentCode.subject_hash == subject, SentCode.issued_at > clock.now() - timedelta(days=1)
        )
    )
    reachable = entry is not None and (entry.phone if means is Means.PHONE else entry.email) is not None
    right = entry is not None and entry.birth_date == person.birth_date and reachable
    right = right and (recent or 0) < MESSAGES_A_DAY
    code, flow = new_message_code(), token()
    sent = SentCode(
        municipality_id=place.id,
        flow_hash=digest(flow),
        subject_hash=subject,
        roll_entry_id=entry.id if entry is not None and right else None,
        means=means,
        code_hash=pepper.of_code(place.id, flow + code),
        code_sealed=vault.seal(code),
        language=language,
        issued_at=clock.now(),
        expires_at=clock.now() + MESSAGE_LIFE,
    )
    session.add(sent)
    session.flush()
    return flow, sent.id


def verify_code(
    session: Session, pepper: Pepper, place: Municipality, flow: str, code: str, network: str
) -> tuple[RollEntry, Means] | None:
    """The entry whose sent code was typed into the browser that asked for it, and how it was sent; or None."""
    sent = session.scalar(
        select(SentCode)
        .where(SentCode.flow_hash == digest(flow), SentCode.municipality_id == place.id)
        .with_for_update()
    )
    if sent is None:
        return None
    sent.tries += 1
    alive = sent.tries <= MESSAGE_TRIES and sent.expires_at > clock.now() and sent.used_at is None
    digits = "".join(letter for letter in code if letter.isdecimal())
    right = same(sent.code_hash, pepper.of_code(place.id, flow + digits)) and alive
    entry = session.get(RollEntry, sent.roll_entry_id or -1)
    if not right or entry is None or entry.removed_at is not None:
        entry = None
    _note(session, pepper, place, sent.subject_hash, network, sent.means, entry)
    if entry is None:
        return None
    sent.used_at = clock.now()
    return entry, sent.means


def verify_eid(
    session: Session, pepper: Pepper, place: Municipality, national_id: str, network: str
) -> RollEntry | None:
    """The entry of a national id that an identity provider vouches for, or None."""
    subject = subject_of(place, pepper, national_id)
    entry = _entry(session, place.id, subject)
    _note(session, pepper, place, subject, network, Means.EID, entry)
    return entry


def give_pass(session: Session, entry: RollEntry, means: Means) -> str:
    """Let this browser vote for a while; returns the token for its cookie."""
    secret = token()
    session.add(
        VoterPass(
            token_hash=digest(secret),
            municipality_id=entry.municipality_id,
            roll_entry_id=entry.id,
            means=means,
            expires_at=clock.now() + PASS_LIFE,
        )
    )
    session.flush()
    return secret


def end_pass(session: Session, secret: str) -> None:
    """End a browser's pass at once."""
    session.execute(delete(VoterPass).where(VoterPass.token_hash == digest(secret)))


def claim(session: Session, entry: RollEntry, account_id: int, means: Means) -> RollClaim:
    """Tie an account to the entry it has proved to be; raise Conflict when either is tied already to another."""
    hold(session, f"claim|{entry.municipality_id}|{entry.id}")
    session.execute(select(RollEntry.id).where(RollEntry.id == entry.id).with_for_update())
    living = session.scalars(
        select(RollClaim).where(
            RollClaim.municipality_id == entry.municipality_id,
            RollClaim.ended_at.is_(None),
            (RollClaim.roll_entry_id == entry.id) | (RollClaim.account_id == account_id),
        )
    ).all()
    for found in living:
        if found.roll_entry_id == entry.id and found.account_id == account_id:
            return found
    if living:
        raise Conflict(VerificationProblem.CLAIMED_BY_OTHER)
    made = RollClaim(
        municipality_id=entry.municipality_id,
        roll_entry_id=entry.id,
        account_id=account_id,
        means=means,
        claimed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def end_claims(session: Session, account_id: int) -> None:
    """Untie a closed account; the entry can be claimed anew, and its spent ballot stays spent."""
    session.execute(
        update(RollClaim)
        .where(RollClaim.account_id == account_id, RollClaim.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


# Every proof asks these; a statement that is made once costs less than its answer.
_ENTRY = select(RollEntry).where(
    RollEntry.municipality_id == bindparam("place_id"),
    RollEntry.id_hash == bindparam("subject"),
    RollEntry.removed_at.is_(None),
)
_ISSUED = (
    select(LetterCode)
    .where(
        LetterCode.municipality_id == bindparam("place_id"),
        LetterCode.roll_entry_id == bindparam("entry_id"),
    )
    .order_by(LetterCode.id.desc())
    .limit(3)
)
_FAILURES = select(func.count()).where(
    VerificationTry.municipality_id == bindparam("place_id"),
    VerificationTry.subject_hash == bindparam("subject"),
    VerificationTry.means == bindparam("means", type_=VerificationTry.means.type),
    VerificationTry.at >= bindparam("since", type_=UTCDateTime()),
    VerificationTry.succeeded.is_(False),
)


def _entry(session: Session, place_id: int, subject: str) -> RollEntry | None:
    return session.scalar(_ENTRY, {"place_id": place_id, "subject": subject})


def _failures(session: Session, place_id: int, subject: str, means: Means, since: datetime) -> int:
    found = session.scalar(
        _FAILURES, {"place_id": place_id, "subject": subject, "means": means, "since": since}
    )
    return found or 0


def _note(
    session: Session,
    pepper: Pepper,
    place: Municipality,
    subject: str,
    network: str,
    means: Means,
    proven: RollEntry | None,
) -> None:
    now = clock.now()
    session.add(
        VerificationTry(
            municipality_id=place.id,
            subject_hash=subject,
            prefix_hash=pepper.of_network(place.id, network),
            means=means,
            succeeded=proven is not None,
            phone_hash=pepper.of_phone(place.id, proven.phone) if proven is not None and proven.phone else "",
            age_band=age_band(proven.birth_date, now.date()) if proven is not None else None,
            at=now,
        )
    )
    session.flush()
