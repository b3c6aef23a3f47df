"""The conversation of the demonstration: comments with sides and endorsements, official answers, reports, a ruling under appeal."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from pbplatform.accounts.models import Account
from pbplatform.charter.policy import TALKED_ABOUT, TALKING
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation.models import Round
from pbplatform.deliberation import operations as deliberation
from pbplatform.deliberation.models import Comment, CommentState, Side
from pbplatform.demo import talk_texts as texts
from pbplatform.demo.stage import Stage
from pbplatform.moderation import operations as moderation
from pbplatform.moderation.models import Decision, RuleBroken, Target
from pbplatform.moderation.targets import case
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal

TALKATIVE = ("rustavi", "burgas")


@dataclass
class Town:
    """Who talks in one municipality."""

    place: Municipality
    language: str
    citizens: list[Account]
    officers: list[Account]

    def citizen(self, account: Account) -> Actor:
        """Somebody as a citizen."""
        return Actor(account.id, self.place.id, frozenset({Role.VISITOR, Role.CITIZEN}))

    def officer(self, number: int) -> Actor:
        """One of the officers, with their second factor."""
        roles = frozenset({Role.VISITOR, Role.CITIZEN, Role.OFFICER})
        return Actor(self.officers[number].id, self.place.id, roles, second_factor=True)


def build(stage: Stage) -> None:
    """Let people talk about every proposal that can be talked about."""
    for slug in TALKATIVE:
        place = stage.municipalities[slug]
        town = Town(
            place,
            place.languages[0],
            [stage.accounts[f"citizen{number}@{slug}.example.org"] for number in range(1, 7)],
            [stage.accounts[f"{login}@{slug}.example.org"] for login in ("officer", "officer2")],
        )
        talked = [_talk(stage, town, proposal, round_) for proposal, round_ in _open_proposals(stage, place)]
        if talked:
            _moderate(stage, town, *talked[0])
            _report_only(stage, town, *talked[-1])


def _open_proposals(stage: Stage, place: Municipality) -> Sequence[tuple[Proposal, Round]]:
    rows = stage.session.execute(
        select(Proposal, Round)
        .join(Round, Round.id == Proposal.round_id)
        .where(
            Proposal.municipality_id == place.id,
            Proposal.state.in_(TALKED_ABOUT),
            Round.phase.in_(TALKING),
        )
        .order_by(Proposal.id)
    )
    return [(row[0], row[1]) for row in rows]


def _talk(stage: Stage, town: Town, proposal: Proposal, round_: Round) -> tuple[Proposal, Round]:
    said = stage.dice.sample(texts.COMMENTS[town.language], stage.dice.randint(1, 5))
    speakers = [account for account in town.citizens if account.id != proposal.author_id]
    for side, words in said:
        comment = _say(stage, town, proposal, round_, stage.dice.choice(speakers), words, side)
        for fan in stage.dice.sample(town.citizens, stage.dice.randint(0, 4)):
            if fan.id != comment.author_id and comment.state is CommentState.VISIBLE:
                deliberation.endorse(town.citizen(fan), stage.session, round_, comment)
        if side is Side.NEUTRAL and comment.state is CommentState.VISIBLE and proposal.author_id is not None:
            author = next((one for one in town.citizens if one.id == proposal.author_id), speakers[0])
            _say(stage, town, proposal, round_, author, texts.REPLIES[town.language], quotes=comment)
            deliberation.answer_officially(
                town.officer(0),
                stage.session,
                round_,
                proposal,
                text=texts.ANSWERS[town.language],
                language=town.language,
            )
    return proposal, round_


def _say(
    stage: Stage,
    town: Town,
    proposal: Proposal,
    round_: Round,
    who: Account,
    words: str,
    side: Side = Side.NEUTRAL,
    quotes: Comment | None = None,
) -> Comment:
    return deliberation.comment(
        town.citizen(who),
        stage.session,
        round_,
        proposal,
        text=words,
        language=town.language,
        side=side,
        quotes=quotes,
    )


def _moderate(stage: Stage, town: Town, proposal: Proposal, round_: Round) -> None:
    """Three reports, a ruling with its reason, and an appeal that waits for another moderator."""
    rude, *others = town.citizens
    comment = _say(stage, town, proposal, round_, rude, texts.RUDE[town.language], Side.FOR)
    about = case(stage.session, town.place.id, Target.COMMENT, comment.id)
    if about.state == CommentState.VISIBLE:
        for reporter in others[:3]:
            moderation.report(town.citizen(reporter), stage.session, about, RuleBroken.INSULT)
    ruling = moderation.rule(
        town.officer(0),
        stage.session,
        about,
        Decision.HIDE,
        broken=RuleBroken.INSULT,
        reason=texts.REASONS[town.language],
    )
    moderation.appeal(town.citizen(rude), stage.session, ruling, texts.APPEALS[town.language])


def _report_only(stage: Stage, town: Town, proposal: Proposal, round_: Round) -> None:
    """Something for the queue."""
    seller, *others = town.citizens
    comment = _say(stage, town, proposal, round_, seller, texts.ADVERTISING[town.language])
    about = case(stage.session, town.place.id, Target.COMMENT, comment.id)
    if about.state == CommentState.VISIBLE:
        for reporter in others[:2]:
            moderation.report(town.citizen(reporter), stage.session, about, RuleBroken.ADVERTISING)
