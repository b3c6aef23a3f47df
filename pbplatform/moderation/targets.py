"""What reports and rulings are about, seen alike: a comment or a proposal, with its author, words and state."""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.policy import Subject
from pbplatform.consultation.models import Round
from pbplatform.deliberation import operations as deliberation
from pbplatform.deliberation.models import Comment, CommentState
from pbplatform.foundation.errors import Missing
from pbplatform.moderation.models import Decision, Ruling, Target
from pbplatform.notices.models import News
from pbplatform.proposals import history
from pbplatform.proposals import operations as proposals
from pbplatform.proposals import queries as proposal_queries
from pbplatform.proposals.models import Proposal

VISIBLE, WAITING, HIDDEN = "visible", "waiting", "hidden"


@dataclass
class Case:
    """One thing that somebody wrote, and its round. `state` is visible, waiting, hidden or deleted."""

    target: Target
    thing: Comment | Proposal
    round: Round
    author: Account
    """Who answers for it: whoever wrote it, or the officer who typed it in for somebody without an account."""
    owners: frozenset[int]
    """Everybody whose own case it is: co-authors too."""
    ruled: bool
    """Whether a ruling has hidden it before; a proposal that is hidden without one waits to be published."""

    @property
    def proposal_id(self) -> int:
        """The proposal whose page shows it."""
        return self.thing.proposal_id if isinstance(self.thing, Comment) else self.thing.id

    @property
    def words(self) -> str:
        """What it says."""
        return (
            self.thing.text if isinstance(self.thing, Comment) else f"{self.thing.title}\n\n{self.thing.text}"
        )

    @property
    def author_name(self) -> str:
        """Whose words they are; empty when the account is closed."""
        return self.author.name if isinstance(self.thing, Comment) else self.thing.author_name

    @property
    def language(self) -> str:
        """The language it is written in."""
        return self.thing.language

    @property
    def state(self) -> str:
        """Whether others can read it."""
        if isinstance(self.thing, Comment):
            return self.thing.state.value
        if self.thing.hidden_at is not None:
            return HIDDEN if self.ruled else WAITING
        return VISIBLE

    def is_readable(self, session: Session) -> bool:
        """Whether everybody can read it where it stands."""
        return self.state == VISIBLE and proposal_queries.is_readable(
            session.get_one(Proposal, self.proposal_id)
        )

    def subject(self, *others: int) -> Subject:
        """What the charter needs to know; `others` are accounts whose own case it is too, such as reporters."""
        return Subject(self.thing.municipality_id, self.round.phase, self.state, self.owners | set(others))

    def hide(self, session: Session) -> None:
        """Keep it from being read."""
        if isinstance(self.thing, Comment):
            deliberation.hide(session, self.thing)
        else:
            proposals.set_hidden(session, self.thing, hidden=True)
        self.ruled = True

    def publish(self, session: Session) -> None:
        """Let it be read."""
        if isinstance(self.thing, Comment):
            if self.thing.state is not CommentState.DELETED:
                deliberation.publish(session, self.round, self.thing)
        else:
            first = self.state == WAITING
            proposals.set_hidden(session, self.thing, hidden=False)
            if first:
                history.begin_with_newest(session, self.thing.id)
                # Nobody could follow what nobody had seen: now it is news.
                proposals.tell(session, self.round, self.thing, News.PROPOSAL_SUBMITTED)


def case(session: Session, municipality_id: int, target: Target, target_id: int) -> Case:
    """The case of a thing of this municipality; raise Missing where there is none or nobody to answer for it."""
    thing = _thing(session, target, target_id)
    if thing is None or thing.municipality_id != municipality_id:
        raise Missing
    if isinstance(thing, Comment) and thing.official:
        raise Missing
    if isinstance(thing, Proposal) and not proposal_queries.is_public(thing):
        raise Missing
    author_id = thing.author_id
    owners = frozenset({author_id} - {None})
    ruled = False
    if isinstance(thing, Proposal):
        author_id = author_id or thing.entered_by
        owners = frozenset({*proposal_queries.owners(session, thing), thing.entered_by} - {None})
        ruled = thing.hidden_at is not None and _was_hidden(session, thing)
    if author_id is None:
        raise Missing
    round_ = session.get_one(Round, thing.round_id)
    author = session.get_one(Account, author_id)
    return Case(target, thing, round_, author, frozenset(one for one in owners if one is not None), ruled)


def _was_hidden(session: Session, proposal: Proposal) -> bool:
    ruling = exists().where(
        Ruling.target == Target.PROPOSAL, Ruling.target_id == proposal.id, Ruling.decision == Decision.HIDE
    )
    return bool(session.scalar(select(ruling)))


def _thing(session: Session, target: Target, target_id: int) -> Comment | Proposal | None:
    if target is Target.COMMENT:
        return session.get(Comment, target_id)
    return session.get(Proposal, target_id)
