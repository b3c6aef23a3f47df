"""The conversation of the demonstration: comments with sides and endorsements, official answers, reports, a ruling under appeal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from pbplatform.accounts.models import Account
from pbplatform.charter.policy import TALKED_ABOUT, TALKING
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation import queries as plans
from pbplatform.consultation import settings
from pbplatform.consultation.models import Category, Round
from pbplatform.deliberation import operations as deliberation
from pbplatform.deliberation.models import Comment, CommentEndorsement, CommentState, Side
from pbplatform.demo import talk_texts as texts
from pbplatform.demo.proposals import citizens
from pbplatform.demo.rounds import PLAYS, Moment
from pbplatform.demo.stage import Stage
from pbplatform.foundation import clock
from pbplatform.moderation import operations as moderation
from pbplatform.moderation.models import Decision, RuleBroken, Target
from pbplatform.moderation.targets import case
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal

MODERATED = (Moment.PROPOSALS, Moment.APPEALS)
"""In these rounds somebody was rude, and somebody advertised."""


@dataclass
class Town:
    """Who talks in one municipality."""

    place: Municipality
    language: str
    citizens: list[Account]
    officer: Account

    def citizen(self, account: Account) -> Actor:
        """Somebody as a citizen."""
        return Actor(account.id, self.place.id, frozenset({Role.VISITOR, Role.CITIZEN}))


@dataclass
class Thread:
    """The conversation under one proposal: its round, what it is about, and the days on which people talked."""

    round: Round
    proposal: Proposal
    category: str
    begins: datetime
    ends: datetime

    def moment(self, stage: Stage) -> datetime:
        """Some time while people talked."""
        return self.begins + (self.ends - self.begins) * stage.dice.uniform(0.02, 0.98)


def build(stage: Stage) -> None:
    """Let people talk about every proposal that can be talked about."""
    for play in PLAYS:
        if play.moment in (Moment.DRAFT, Moment.ANNOUNCED):
            continue
        place = stage.municipalities[play.town]
        town = Town(
            place,
            place.languages[0],
            citizens(stage, play.town),
            stage.accounts[f"officer@{play.town}.example.org"],
        )
        threads = _threads(stage, stage.session.get_one(Round, stage.rounds[play.town, play.address].id))
        for thread in threads:
            _talk(stage, town, thread)
        if play.moment in MODERATED:
            _moderate(stage, town, threads[0].proposal, threads[0].round)
            _report_only(stage, town, threads[-1].proposal, threads[-1].round)


def _threads(stage: Stage, round_: Round) -> list[Thread]:
    ends = max(one.closes_at for one in plans.windows(stage.session, round_.id) if one.phase in TALKING)
    rows = stage.session.execute(
        select(Proposal, Category.code)
        .join(Category, Category.id == Proposal.category_id)
        .where(
            Proposal.round_id == round_.id,
            Proposal.state.in_(TALKED_ABOUT),
            Proposal.hidden_at.is_(None),
        )
        .order_by(Proposal.id)
    )
    return [
        Thread(
            round_,
            proposal,
            code,
            proposal.submitted_at or ends,
            min(ends, clock.now() - timedelta(minutes=20)),
        )
        for proposal, code in rows
    ]


def _talk(stage: Stage, town: Town, thread: Thread) -> None:
    """A few voices: mostly about this very thing, and an official answer where somebody asked."""
    dice, language = stage.dice, town.language
    said = list(texts.ABOUT[language][thread.category])
    said = dice.sample(said, dice.randint(1, len(said)))
    said += dice.sample(texts.COMMENTS[language], dice.randint(0, 2))
    waits = settings.read(thread.round.settings).moderation_before_publication
    speakers = [account for account in town.citizens if account.id != thread.proposal.author_id]
    times = sorted(thread.moment(stage) for _ in said)
    for (side, words), speaker, moment in zip(said, dice.sample(speakers, len(said)), times, strict=True):
        waiting = waits and dice.random() < 0.3
        comment = _say(stage, thread, speaker, words, moment, side, waiting=waiting)
        if waiting:
            continue
        _endorse(stage, town, comment)
        if side is Side.NEUTRAL and dice.random() < 0.6:
            later = min(moment + timedelta(hours=dice.randint(3, 40)), thread.ends)
            author = next((one for one in town.citizens if one.id == thread.proposal.author_id), None)
            if author is not None:
                _say(stage, thread, author, texts.REPLIES[language], later, quotes=comment)
            if words == texts.COMMENTS[language][0][1]:
                _say(stage, thread, town.officer, texts.ANSWERS[language], later, official=True)


def _say(
    stage: Stage,
    thread: Thread,
    who: Account,
    words: str,
    moment: datetime,
    side: Side = Side.NEUTRAL,
    *,
    quotes: Comment | None = None,
    waiting: bool = False,
    official: bool = False,
) -> Comment:
    said = Comment(
        municipality_id=thread.round.municipality_id,
        round_id=thread.round.id,
        proposal_id=thread.proposal.id,
        author_id=who.id,
        quotes_id=quotes.id if quotes else None,
        official=official,
        side=side,
        state=CommentState.WAITING if waiting else CommentState.VISIBLE,
        text=words,
        language=thread.proposal.language,
        posted_at=moment,
    )
    stage.session.add(said)
    stage.session.flush()
    return said


def _endorse(stage: Stage, town: Town, comment: Comment) -> None:
    fans = [
        fan
        for fan in stage.dice.sample(town.citizens, stage.dice.randint(0, 8))
        if fan.id != comment.author_id
    ]
    for fan in fans:
        stage.session.add(
            CommentEndorsement(comment_id=comment.id, account_id=fan.id, municipality_id=town.place.id)
        )
    comment.endorsements = len(fans)


def _freshly(
    stage: Stage, town: Town, proposal: Proposal, round_: Round, who: Account, words: str, side: Side
) -> Comment:
    """Say something now, by the ordinary way."""
    return deliberation.comment(
        town.citizen(who), stage.session, round_, proposal, text=words, language=town.language, side=side
    )


def _moderate(stage: Stage, town: Town, proposal: Proposal, round_: Round) -> None:
    """Three reports, a ruling with its reason, and an appeal that waits for another moderator."""
    rude, *others = town.citizens[2:]
    comment = _freshly(stage, town, proposal, round_, rude, texts.RUDE[town.language], Side.FOR)
    about = case(stage.session, town.place.id, Target.COMMENT, comment.id)
    if about.state == CommentState.VISIBLE:
        for reporter in others[:3]:
            moderation.report(town.citizen(reporter), stage.session, about, RuleBroken.INSULT)
    ruling = moderation.rule(
        stage.officer(town.place),
        stage.session,
        about,
        Decision.HIDE,
        broken=RuleBroken.INSULT,
        reason=texts.REASONS[town.language],
    )
    moderation.appeal(town.citizen(rude), stage.session, ruling, texts.APPEALS[town.language])


def _report_only(stage: Stage, town: Town, proposal: Proposal, round_: Round) -> None:
    """Something for the queue."""
    seller, *others = town.citizens[5:]
    comment = _freshly(stage, town, proposal, round_, seller, texts.ADVERTISING[town.language], Side.NEUTRAL)
    about = case(stage.session, town.place.id, Target.COMMENT, comment.id)
    if about.state == CommentState.VISIBLE:
        for reporter in others[:2]:
            moderation.report(town.citizen(reporter), stage.session, about, RuleBroken.ADVERTISING)
