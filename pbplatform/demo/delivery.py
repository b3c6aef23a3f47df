"""What became of the winners: a closed round followed to its last payment, and one with projects in every state.

Adopted, recorded, corrected and closed by the platform's own operations; only the days lie in the past.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from pbplatform.budget import adoption
from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds_queries
from pbplatform.consultation.models import Round
from pbplatform.delivery import corrections, operations, photos, queries, walking
from pbplatform.delivery.models import Contract, Milestone, MilestoneKind, Moment, Payment
from pbplatform.delivery.operations import ContractPlan
from pbplatform.demo import delivery_texts as said
from pbplatform.demo import pictures
from pbplatform.demo import rounds as plays
from pbplatform.demo.stage import Stage
from pbplatform.door import House
from pbplatform.foundation import conversion
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import queries as notices

ADOPTED_AFTER = 35
"""Days from the vote's end to the council's decision."""


def build(stage: Stage) -> None:
    """The closed rounds and those under way; of each town one and one."""
    for found in plays.at(stage, plays.Moment.CLOSED):
        office = _adopt(stage, found)
        for place, line in enumerate(office.lines):
            if place == len(office.lines) - 1:
                office.abandoned(line, place)
            else:
                office.delivered(line, place)
        walking.close(office.actor, stage.session, found)
        plays.date_back(stage, found, office.moment(330))
    for found in plays.at(stage, plays.Moment.IMPLEMENTATION):
        office = _adopt(stage, found)
        states = (
            office.under_way, office.delivered_early, office.late, office.contracted,
            office.abandoned, office.unexplained, office.planned, office.moved,
        )  # fmt: skip
        for place, line in enumerate(office.lines):
            states[place % len(states)](line, place)


def _adopt(stage: Stage, found: Round) -> "_Office":
    """Adopt a declared round and let its lines carry the day of the council's decision."""
    session = stage.session
    place = session.get_one(Municipality, found.municipality_id)
    actor = stage.officer(place)
    adoption.adopt(actor, session, found)
    windows = {window.phase: window for window in rounds_queries.windows(session, found.id)}
    voted = windows[Phase.VOTING].closes_at.date()
    adopted = voted + timedelta(days=ADOPTED_AFTER)
    plays.date_back(stage, found, datetime.combine(adopted, time(12), UTC))
    lines = session.scalars(
        select(ProjectLine).where(ProjectLine.round_id == found.id).order_by(ProjectLine.id)
    ).all()
    for line in lines:
        line.adopted_at, line.year = datetime.combine(adopted, time(12), UTC), adopted.year
    session.flush()
    return _Office(stage, place, found, actor, adopted, list(lines))


@dataclass
class _Office:
    """The officer of one round, who counts days from the adoption."""

    stage: Stage
    place: Municipality
    found: Round
    actor: Actor
    adopted: date
    lines: list[ProjectLine]

    def day(self, after: int) -> date:
        return self.adopted + timedelta(days=after)

    def moment(self, after: int) -> datetime:
        return datetime.combine(self.day(after), time(12), UTC)

    def words(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {language: texts[language] for language in self.place.languages}

    def told(self, after: int) -> None:
        """The news that was just told carries its day."""
        session = self.stage.session
        notices.public_happenings(session, self.place.id, limit=1)[0].at = self.moment(after)

    def sign(self, line: ProjectLine, place: int, after: int) -> Contract:
        """A contract a little below what was planned; the small ones need no tender."""
        tender = (
            f"ocds-demo01-{self.place.slug}-{self.adopted.year}-{line.id:04}"
            if line.amount > 1_000_000
            else ""
        )
        suppliers = said.SUPPLIERS[self.place.languages[0]]
        day = self.day(after)
        currency = conversion.due_in(line.currency, day)
        amount = _converted(line.amount * (100 - place % 7) // 100, line.currency, currency)
        plan = ContractPlan(suppliers[place % len(suppliers)], day, amount, tender, currency)
        return operations.sign_contract(self.actor, self.stage.session, line, plan)

    def pay(self, contract: Contract, hundredths: int, after: int) -> Payment:
        day = self.day(after)
        currency = conversion.due_in(contract.currency, day)
        amount = min(_share(contract, hundredths, currency), self.left(contract, currency))
        return operations.pay(self.actor, self.stage.session, contract, day, amount, currency)

    def left(self, contract: Contract, currency: Currency) -> int:
        paid = queries.paid_under(self.stage.session, contract)
        return conversion.left(contract.amount, contract.currency, paid, currency)

    def promise(
        self,
        line: ProjectLine,
        kind: MilestoneKind,
        due: int,
        reached: int | None = None,
        why: int | None = None,
    ) -> Milestone:
        session = self.stage.session
        milestone = operations.add_milestone(self.actor, session, line, kind, self.day(due))
        reasons = self.words(said.DELAYS[why]) if why is not None else {}
        if reached is not None:
            operations.reach_milestone(self.actor, session, milestone, self.day(reached), reasons)
            self.told(reached)
        elif why is not None:
            operations.explain_delay(self.actor, session, milestone, reasons)
            self.told(due + 3)
        return milestone

    def photo(self, line: ProjectLine, moment: Moment, after: int) -> None:
        house: House = self.stage.app.extensions["house"]
        shot = photos.Shot(
            moment,
            self.day(after),
            self.words(said.CAPTIONS[moment.value]),
            f"{moment.value}.jpg",
            pictures.scene(moment.value, line.id),
        )
        photos.add(self.actor, self.stage.session, house.files, line, shot)

    def news(self, line: ProjectLine, which: int, after: int) -> None:
        update = operations.publish_update(self.actor, self.stage.session, line, self.words(said.NEWS[which]))
        update.published_at = self.moment(after)
        self.told(after)

    def delivered(self, line: ProjectLine, place: int) -> None:
        """Built, paid to the end, one time late and one time corrected."""
        shift = place * 9 % 40
        contract = self.sign(line, place, 70 + shift)
        self.promise(line, MilestoneKind.DESIGN, 40, 38)
        self.promise(line, MilestoneKind.PROCUREMENT, 80 + shift, 70 + shift)
        self.promise(line, MilestoneKind.WORKS_BEGIN, 100 + shift, 98 + shift)
        self.pay(contract, 30, 90 + shift)
        late = place % 4 == 1
        self.promise(
            line, MilestoneKind.WORKS_END, 180 + shift, (225 if late else 176) + shift, 0 if late else None
        )
        second = self.pay(contract, 4 if place == 0 else 40, 150 + shift)
        if place == 0:
            correction = corrections.correct_payment(
                self.actor, self.stage.session, second, second.paid_on, _share(contract, 40, second.currency),
                self.words(said.CORRECTED),
            )  # fmt: skip
            correction.made_at = self.moment(158 + shift)
        self.promise(line, MilestoneKind.HANDOVER, 240 + shift, 236 + shift)
        if place < 3:
            self.photo(line, Moment.BEFORE, 20)
            self.photo(line, Moment.DURING, 130 + shift)
            self.photo(line, Moment.AFTER, 238 + shift)
            self.news(line, 0, 99 + shift)
            self.news(line, 1, 236 + shift)
        operations.deliver(self.actor, self.stage.session, line, self.day(240 + shift))
        self.told(240 + shift)
        self.pay_rest(contract, 262 + shift)

    def pay_rest(self, contract: Contract, after: int) -> None:
        """Everything that is left, so that the last payment ends the story."""
        day = self.day(after)
        currency = conversion.due_in(contract.currency, day)
        operations.pay(self.actor, self.stage.session, contract, day, self.left(contract, currency), currency)

    def abandoned(self, line: ProjectLine, place: int) -> None:
        self.promise(line, MilestoneKind.DESIGN, 60, 55)
        operations.abandon(self.actor, self.stage.session, line, self.day(120), self.words(said.ABANDONED[0]))
        self.told(120)

    def delivered_early(self, line: ProjectLine, place: int) -> None:
        contract = self.sign(line, place, 50)
        self.promise(line, MilestoneKind.WORKS_BEGIN, 70, 66)
        self.pay(contract, 30, 60)
        self.promise(line, MilestoneKind.WORKS_END, 160, 150)
        self.photo(line, Moment.BEFORE, 30)
        self.photo(line, Moment.AFTER, 170)
        self.news(line, 1, 165)
        operations.deliver(self.actor, self.stage.session, line, self.day(170))
        self.told(170)
        self.pay(contract, 70, 190)

    def under_way(self, line: ProjectLine, place: int) -> None:
        contract = self.sign(line, place, 90)
        self.promise(line, MilestoneKind.DESIGN, 50, 49)
        self.promise(line, MilestoneKind.WORKS_BEGIN, 110, 110)
        self.pay(contract, 30, 100)
        self.pay(contract, 25, 200)
        self.promise(line, MilestoneKind.WORKS_END, 330)
        self.promise(line, MilestoneKind.HANDOVER, 350)
        self.photo(line, Moment.BEFORE, 30)
        self.photo(line, Moment.DURING, 180)
        self.news(line, 0, 111)

    def contracted(self, line: ProjectLine, place: int) -> None:
        self.sign(line, place, 240)
        self.promise(line, MilestoneKind.DESIGN, 150, 140)
        self.promise(line, MilestoneKind.WORKS_BEGIN, 300)

    def late(self, line: ProjectLine, place: int) -> None:
        contract = self.sign(line, place, 80)
        self.promise(line, MilestoneKind.WORKS_BEGIN, 100, 100)
        self.pay(contract, 30, 95)
        self.promise(line, MilestoneKind.WORKS_END, 215, None, 1)

    def unexplained(self, line: ProjectLine, place: int) -> None:
        self.promise(line, MilestoneKind.DESIGN, 245)
        self.promise(line, MilestoneKind.WORKS_END, 420)

    def planned(self, line: ProjectLine, place: int) -> None:
        self.promise(line, MilestoneKind.DESIGN, 290)

    def moved(self, line: ProjectLine, place: int) -> None:
        self.sign(line, place, 200)
        works = self.promise(line, MilestoneKind.WORKS_BEGIN, 250)
        correction = corrections.correct_milestone(
            self.actor, self.stage.session, works, self.day(390), None, self.words(said.MOVED)
        )
        correction.made_at = self.moment(248)


def _share(contract: Contract, hundredths: int, currency: Currency) -> int:
    """So many hundredths of a contract, in the currency in which they are paid."""
    return _converted(contract.amount * hundredths // 100, contract.currency, currency)


def _converted(minor: int, currency: Currency, to: Currency) -> int:
    found = conversion.converted(minor, currency, to)
    assert found is not None
    return found
