"""How all projects of a municipality stand, told by a few numbers each: three statements, and no fact is loaded whole."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, load_only

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Envelope, Round
from pbplatform.delivery.models import Contract, Ending, Milestone, Payment
from pbplatform.delivery.status import Promise, Status, status
from pbplatform.foundation import conversion
from pbplatform.foundation.database import DatabaseClock
from pbplatform.foundation.i18n import Currency, Texts
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project


@dataclass(frozen=True)
class Brief:
    """One project; its money is planned, contracted and paid in the currency of its line."""

    line_id: int
    round: Round
    """Of which only the address and the title are read."""
    titles: Texts
    place: tuple[float, float] | None
    """Latitude and longitude."""
    status: Status
    money: tuple[Currency, int, int, int]


def overview(session: Session, place: Municipality, only: Round | None = None) -> list[Brief]:
    """Every project that is being delivered or was, of one round or of all, the newest first, in the order of the ballot."""
    asked = (
        select(ProjectLine.id)
        .join(Round, Round.id == ProjectLine.round_id)
        .where(
            ProjectLine.municipality_id == place.id,
            Round.phase.in_((Phase.IMPLEMENTATION, Phase.CLOSED)),
        )
    )
    if only is not None:
        asked = asked.where(ProjectLine.round_id == only.id)
    contracts = _contracts(session, asked)
    promises: dict[int, list[Promise]] = defaultdict(list)
    for line_id, kind, due_on, reached_on in session.execute(
        select(Milestone.line_id, Milestone.kind, Milestone.due_on, Milestone.reached_on).where(
            Milestone.line_id.in_(asked), Milestone.struck_at.is_(None)
        )
    ):
        promises[line_id].append(Promise(kind, due_on, reached_on))
    rows = session.execute(
        select(
            ProjectLine.id, Round, ProjectLine.amount, ProjectLine.currency,
            Project.titles, Project.latitude, Project.longitude, Ending.outcome, DatabaseClock(),
        )
        .join(Round, Round.id == ProjectLine.round_id)
        .join(Project, Project.id == ProjectLine.project_id)
        .join(Envelope, Envelope.id == ProjectLine.envelope_id)
        .outerjoin(Ending, Ending.line_id == ProjectLine.id)
        .where(ProjectLine.id.in_(asked))
        .order_by(ProjectLine.round_id.desc(), Envelope.position, Project.number)
        .options(load_only(Round.slug, Round.titles))
    )  # fmt: skip
    zone = ZoneInfo(place.zone)
    found = []
    for line_id, round_, planned, currency, titles, latitude, longitude, outcome, now in rows:
        contracted = conversion.settled(planned, currency, [one[:2] for one in contracts[line_id]])
        paid = conversion.settled(planned, currency, [(one[0], one[2]) for one in contracts[line_id]])
        stands = status(
            now.astimezone(zone).date(),
            contracted=contracted,
            paid=paid,
            promises=promises[line_id],
            outcome=outcome,
        )
        on_map = (latitude, longitude) if latitude is not None and longitude is not None else None
        money = (currency, planned, contracted, paid)
        found.append(Brief(line_id, round_, titles, on_map, stands, money))
    return found


def _contracts(session: Session, asked: Select[int]) -> dict[int, list[tuple[Currency, int, int]]]:
    """By line, each contract's currency and amount and what was paid under it."""
    paid: dict[int, list[tuple[Currency, int]]] = defaultdict(list)
    own: dict[int, tuple[int, Currency, int]] = {}
    rows = session.execute(
        select(
            Contract.id, Contract.line_id, Contract.currency, Contract.amount,
            Payment.currency, func.sum(Payment.amount),
        )
        .outerjoin(Payment, and_(Payment.contract_id == Contract.id, Payment.struck_at.is_(None)))
        .where(Contract.line_id.in_(asked), Contract.struck_at.is_(None))
        .group_by(Contract.id, Contract.line_id, Contract.currency, Contract.amount, Payment.currency)
    )  # fmt: skip
    for number, line_id, currency, amount, paid_in, sum_ in rows:
        own[number] = (line_id, currency, amount)
        if paid_in is not None:
            paid[number].append((paid_in, int(sum_)))
    found: dict[int, list[tuple[Currency, int, int]]] = defaultdict(list)
    for number, (line_id, currency, amount) in own.items():
        settled = conversion.settled(amount, currency, paid[number])
        found[line_id].append((currency, amount, settled))
    return found


def sums(money: Sequence[tuple[Currency, int, int, int]]) -> dict[Currency, tuple[int, int, int]]:
    """Planned, contracted and paid of several projects, in each currency."""
    found: dict[Currency, tuple[int, int, int]] = {}
    for currency, *amounts in money:
        before = found.get(currency, (0, 0, 0))
        found[currency] = (before[0] + amounts[0], before[1] + amounts[1], before[2] + amounts[2])
    return found
