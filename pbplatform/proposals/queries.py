"""Questions about proposals: one, its company, its versions, and what the ballot copies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.accounts.queries import names_of
from pbplatform.charter.policy import Subject
from pbplatform.consultation.models import Category, Envelope, Round
from pbplatform.municipalities.models import District
from pbplatform.notices.models import Topic
from pbplatform.proposals.models import (
    LISTED_STATES,
    PUBLIC_STATES,
    BallotDraw,
    CoAuthor,
    CoAuthorState,
    Proposal,
    ProposalFile,
    ProposalState,
    ProposalSupport,
    ProposalVersion,
    SignatureSheet,
)
from pbplatform.uploads.models import Upload, UploadKind


@dataclass(frozen=True)
class Surroundings:
    """A proposal's envelope, category and district, as far as they are chosen."""

    envelope: Envelope | None
    category: Category | None
    district: District | None


@dataclass(frozen=True)
class Attached:
    """A photo or document as a page shows it."""

    token: str
    name: str
    alt: str
    language: str
    kind: UploadKind
    width: int
    height: int


@dataclass(frozen=True)
class Joined:
    """Another proposal that was merged into this one."""

    id: int
    title: str
    language: str


@dataclass(frozen=True)
class Company:
    """The co-authors who accepted, the files, and the proposals that joined."""

    co_authors: Mapping[int, str]
    files: Sequence[Attached]
    joined: Sequence[Joined] = ()
    """The proposals that were merged into this one."""

    @property
    def pictures(self) -> list[Attached]:
        """The photos."""
        return [file for file in self.files if file.kind is UploadKind.PICTURE]

    @property
    def documents(self) -> list[Attached]:
        """The documents."""
        return [file for file in self.files if file.kind is UploadKind.DOCUMENT]


def by_id(session: Session, municipality_id: int, proposal_id: int) -> Proposal | None:
    """The proposal of a municipality with this number, whatever its state."""
    return session.scalar(
        select(Proposal).where(Proposal.id == proposal_id, Proposal.municipality_id == municipality_id)
    )


_IN_ROUND = (
    select(Proposal, Envelope, Category, District)
    .outerjoin(Envelope, Envelope.id == Proposal.envelope_id)
    .outerjoin(Category, Category.id == Proposal.category_id)
    .outerjoin(District, District.id == Proposal.district_id)
    .where(
        Proposal.id == bindparam("proposal"),
        Proposal.round_id == bindparam("round"),
        Proposal.municipality_id == bindparam("place"),
    )
)
"""Statements of often read pages are made once: building one costs more than running it."""


def in_round(session: Session, round_: Round, proposal_id: int) -> tuple[Proposal, Surroundings] | None:
    """A proposal of a round with its surroundings, in one statement."""
    asked = {"proposal": proposal_id, "round": round_.id, "place": round_.municipality_id}
    row = session.execute(_IN_ROUND, asked).one_or_none()
    return (row[0], Surroundings(row[1], row[2], row[3])) if row else None


_COMPANY: Any = union_all(
    select(
        literal("person").label("what"),
        Account.id.label("position"),
        Account.name.label("name"),
        null().label("token"),
        literal("").label("alt"),
        Account.language.label("language"),
        literal("").label("kind"),
        literal(0).label("width"),
        literal(0).label("height"),
    )
    .join(CoAuthor, CoAuthor.account_id == Account.id)
    .where(CoAuthor.proposal_id == bindparam("proposal"), CoAuthor.state == CoAuthorState.ACCEPTED),
    select(
        literal("file"),
        ProposalFile.position,
        Upload.name,
        Upload.token,
        Upload.alt,
        Upload.language,
        func.coalesce(Upload.kind, ""),
        Upload.width,
        Upload.height,
    )
    .join(ProposalFile, ProposalFile.upload_id == Upload.id)
    .where(ProposalFile.proposal_id == bindparam("proposal")),
    select(
        literal("joined"),
        Proposal.id,
        Proposal.title,
        null(),
        literal(""),
        Proposal.language,
        literal(""),
        literal(0),
        literal(0),
    ).where(Proposal.merged_into_id == bindparam("proposal"), Proposal.hidden_at.is_(None)),
).order_by("what", "position")


def company(session: Session, proposal_id: int) -> Company:
    """Co-authors and files of a proposal and the proposals that joined it, in one statement."""
    rows: Sequence[Any] = session.execute(_COMPANY, {"proposal": proposal_id}).all()
    return Company(
        {row.position: row.name for row in rows if row.what == "person"},
        [
            Attached(row.token, row.name, row.alt, row.language, UploadKind(row.kind), row.width, row.height)
            for row in rows
            if row.what == "file"
        ],
        [Joined(row.position, row.name, row.language) for row in rows if row.what == "joined"],
    )


def owners(session: Session, proposal: Proposal) -> frozenset[int]:
    """The accounts whose proposal it is: its author and the co-authors who accepted."""
    found = set(
        session.scalars(
            select(CoAuthor.account_id).where(
                CoAuthor.proposal_id == proposal.id, CoAuthor.state == CoAuthorState.ACCEPTED
            )
        )
    )
    return frozenset(number for number in (*found, proposal.author_id) if number is not None)


def subject(proposal: Proposal, round_: Round, owned_by: frozenset[int]) -> Subject:
    """What the charter needs to know of a proposal."""
    return Subject(proposal.municipality_id, round_.phase, proposal.state, owned_by)


def is_public(proposal: Proposal) -> bool:
    """Whether everybody may see that it exists; a hidden or withdrawn one shows a mark only."""
    return proposal.state in PUBLIC_STATES


def is_readable(proposal: Proposal) -> bool:
    """Whether everybody may read what it says."""
    return proposal.state in LISTED_STATES and proposal.hidden_at is None


def uploads_of(session: Session, proposal_id: int) -> Sequence[Upload]:
    """The files of a proposal, as rows."""
    return session.scalars(
        select(Upload)
        .join(ProposalFile, ProposalFile.upload_id == Upload.id)
        .where(ProposalFile.proposal_id == proposal_id)
        .order_by(ProposalFile.position)
    ).all()


def versions(session: Session, proposal_id: int) -> Sequence[ProposalVersion]:
    """Everything a proposal has said, oldest first."""
    return session.scalars(
        select(ProposalVersion)
        .where(ProposalVersion.proposal_id == proposal_id)
        .order_by(ProposalVersion.number)
    ).all()


def co_authors(session: Session, proposal_id: int) -> Sequence[CoAuthor]:
    """Everybody asked to join, in the order of asking."""
    return session.scalars(
        select(CoAuthor).where(CoAuthor.proposal_id == proposal_id).order_by(CoAuthor.id)
    ).all()


def invitation(session: Session, token_hash: str) -> CoAuthor | None:
    """The open invitation of a mailed token."""
    return session.scalar(
        select(CoAuthor).where(CoAuthor.token_hash == token_hash, CoAuthor.state == CoAuthorState.INVITED)
    )


def mine(session: Session, municipality_id: int, account_id: int) -> Sequence[Proposal]:
    """Everything an account has written or joined, drafts included, newest first."""
    joined = select(CoAuthor.proposal_id).where(
        CoAuthor.account_id == account_id, CoAuthor.state == CoAuthorState.ACCEPTED
    )
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.municipality_id == municipality_id,
            or_(Proposal.author_id == account_id, Proposal.entered_by == account_id, Proposal.id.in_(joined)),
        )
        .order_by(Proposal.changed_at.desc())
        .limit(200)
    ).all()


def count_of(session: Session, round_id: int, account_id: int, *, drafts: bool) -> int:
    """How many drafts, or how many standing proposals, an account has in a round."""
    states = [ProposalState.DRAFT] if drafts else list(LISTED_STATES)
    return (
        session.scalar(
            select(func.count())
            .select_from(Proposal)
            .where(
                Proposal.round_id == round_id, Proposal.author_id == account_id, Proposal.state.in_(states)
            )
        )
        or 0
    )


def entered_drafts(session: Session, round_id: int, officer_id: int) -> Sequence[Proposal]:
    """The drafts that an officer has begun for citizens."""
    return session.scalars(
        select(Proposal)
        .where(
            Proposal.round_id == round_id,
            Proposal.entered_by == officer_id,
            Proposal.state == ProposalState.DRAFT,
        )
        .order_by(Proposal.changed_at.desc())
    ).all()


def supports(session: Session, proposal_id: int, account_id: int | None) -> bool:
    """Whether this account supports the proposal. Nothing answers this question about somebody else."""
    if account_id is None:
        return False
    return (
        session.scalar(
            select(literal(1)).where(
                ProposalSupport.account_id == account_id, ProposalSupport.proposal_id == proposal_id
            )
        )
        is not None
    )


def counts(session: Session, round_id: int) -> dict[ProposalState, int]:
    """How many proposals of a round stand where."""
    rows = session.execute(
        select(Proposal.state, func.count()).where(Proposal.round_id == round_id).group_by(Proposal.state)
    )
    return {row[0]: row[1] for row in rows}


def draw_of(session: Session, round_id: int) -> BallotDraw | None:
    """The draw of a round's ballot numbers."""
    return session.get(BallotDraw, round_id)


def admitted(session: Session, round_id: int) -> Sequence[Proposal]:
    """The proposals admitted to the ballot: by envelope and, once the list is frozen, by drawn number.

    Hidden ones are left out of the ballot only by withdrawing them, never silently.
    """
    return session.scalars(
        select(Proposal)
        .where(Proposal.round_id == round_id, Proposal.state == ProposalState.ADMITTED)
        .order_by(Proposal.envelope_id, Proposal.ballot_number, Proposal.id)
    ).all()


def titles(session: Session, ids: Collection[int]) -> dict[int, Proposal]:
    """Proposals by number, for links."""
    if not ids:
        return {}
    return {found.id: found for found in session.scalars(select(Proposal).where(Proposal.id.in_(ids)))}


def rounds_by_id(session: Session, ids: Collection[int]) -> dict[int, Round]:
    """Rounds by number, for links from lists that span rounds."""
    if not ids:
        return {}
    return {found.id: found for found in session.scalars(select(Round).where(Round.id.in_(ids)))}


def names(session: Session, asked: Sequence[CoAuthor]) -> dict[int, str]:
    """The names of those who accepted."""
    return names_of(session, {row.account_id for row in asked if row.account_id is not None})


def signature_sheets(session: Session, proposal_id: int) -> Sequence[SignatureSheet]:
    """The sheets of a proposal, newest first."""
    return session.scalars(
        select(SignatureSheet)
        .where(SignatureSheet.proposal_id == proposal_id)
        .order_by(SignatureSheet.id.desc())
        .limit(500)
    ).all()


def signature_sheet(session: Session, proposal_id: int, code: str) -> SignatureSheet | None:
    """The sheet with this code."""
    return session.scalar(
        select(SignatureSheet).where(SignatureSheet.proposal_id == proposal_id, SignatureSheet.code == code)
    )


def topics(proposal: Proposal) -> list[tuple[Topic, int]]:
    """What followers of a proposal's happenings may follow."""
    found = [(Topic.PROPOSAL, proposal.id), (Topic.ROUND, proposal.round_id)]
    if proposal.district_id is not None:
        found.append((Topic.DISTRICT, proposal.district_id))
    if proposal.category_id is not None:
        found.append((Topic.CATEGORY, proposal.category_id))
    return found


def path(round_: Round, proposal: Proposal) -> str:
    """The proposal's address within its municipality's pages."""
    return f"rounds/{round_.slug}/proposals/{proposal.id}"


def followed_titles(session: Session, municipality_id: int, proposal_id: int) -> dict[str, str] | None:
    """The title of a proposal that can be followed; None when it is not there or not to be read."""
    proposal = by_id(session, municipality_id, proposal_id)
    if proposal is None or not is_readable(proposal):
        return None
    return {proposal.language: proposal.title}


def said_by(proposal: Proposal) -> dict[str, Any]:
    """What a version keeps of a proposal."""
    return {
        "title": proposal.title,
        "text": proposal.text,
        "beneficiaries": proposal.beneficiaries,
        "category_id": proposal.category_id,
        "envelope_id": proposal.envelope_id,
        "district_id": proposal.district_id,
        "address": proposal.address,
        "latitude": proposal.latitude,
        "longitude": proposal.longitude,
        "cost_estimate": proposal.cost_estimate,
        "cost_reasoning": proposal.cost_reasoning,
    }


def decided_since(session: Session, round_id: int) -> datetime | None:
    """When the round's proposals changed last; what cached data is kept under."""
    return session.scalar(select(func.max(Proposal.changed_at)).where(Proposal.round_id == round_id))
