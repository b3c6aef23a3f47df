"""What reports and rulings are about, seen alike: a comment or a proposal, with its author, words and state."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.policy import Subject
from pbplatform.consultation.models import Round
from pbplatform.deliberation import operations as deliberation
from pbplatform.deliberation.models import Comment, CommentState
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Missing
from pbplatform.moderation.models import Target
from pbplatform.proposals.models import PUBLIC_STATES, Proposal

VISIBLE, HIDDEN = "visible", "hidden"


@dataclass(frozen=True)
class Case:
    """One thing that somebody wrote, and its round. `state` is visible, waiting, hidden or deleted."""

    target: Target
    thing: Comment | Proposal
    round: Round
    author: Account

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
    def language(self) -> str:
        """The language it is written in."""
        return self.thing.language

    @property
    def state(self) -> str:
        """Whether others can read it."""
        if isinstance(self.thing, Comment):
            return self.thing.state.value
        if self.thing.hidden_at is not None:
            return HIDDEN
        return VISIBLE if self.thing.state in PUBLIC_STATES else "deleted"

    def subject(self, *others: int) -> Subject:
        """What the charter needs to know; `others` are accounts whose own case it is too, such as reporters."""
        owners = frozenset({self.author.id, *others})
        return Subject(self.thing.municipality_id, self.round.phase, self.state, owners)

    def hide(self, session: Session) -> None:
        """Keep it from being read."""
        if isinstance(self.thing, Comment):
            deliberation.hide(session, self.thing)
        else:
            self.thing.hidden_at = clock.now()
            session.flush()

    def publish(self, session: Session) -> None:
        """Let it be read."""
        if isinstance(self.thing, Comment):
            if self.thing.state is not CommentState.DELETED:
                deliberation.publish(session, self.thing)
        else:
            self.thing.hidden_at = None
            session.flush()


def case(session: Session, municipality_id: int, target: Target, target_id: int) -> Case:
    """The case of a thing of this municipality; raise Missing where there is none or nobody to answer for it."""
    thing = _thing(session, target, target_id)
    if thing is None or thing.municipality_id != municipality_id or thing.author_id is None:
        raise Missing
    if isinstance(thing, Comment) and thing.official:
        raise Missing
    round_ = session.get_one(Round, thing.round_id)
    return Case(target, thing, round_, session.get_one(Account, thing.author_id))


def _thing(session: Session, target: Target, target_id: int) -> Comment | Proposal | None:
    if target is Target.COMMENT:
        return session.get(Comment, target_id)
    return session.get(Proposal, target_id)
