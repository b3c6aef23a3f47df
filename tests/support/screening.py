"""The screening's people and steps for tests."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from pbplatform.accounts import hats
from pbplatform.accounts.models import Account
from pbplatform.charter.roles import Actor, Role, operator
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal
from pbplatform.screening import operations, queries
from pbplatform.screening.criteria import Criterion, FormalCriterion
from pbplatform.screening.models import Answer, Verdict
from pbplatform.screening.operations import Finding
from tests.support.people import an_account, as_actor

FORMAL_OK = dict.fromkeys(FormalCriterion, True)
MET = dict.fromkeys(Criterion, Answer.MET)
REASON = "The land belongs to the town and the pipes lie deep enough."
REFUSAL = "The land belongs to the railway, which has refused its consent."


@dataclass
class Office:
    """A coordinator, a second officer, and reviewers of parks and roads."""

    coordinator: Account
    colleague: Account
    parks: Account
    roads: Account

    def actor(self, account: Account, place: Municipality) -> Actor:
        """The actor that one of them is."""
        role = Role.REVIEWER if account in (self.parks, self.roads) else Role.OFFICER
        return as_actor(account, place, role)


def an_office(session: Session, place: Municipality) -> Office:
    """The office of a municipality."""
    people = [
        an_account(session, place, name=name) for name in ("Coordinator", "Colleague", "Parks", "Roads")
    ]
    office = Office(*people)
    for account in (office.coordinator, office.colleague):
        hats.give_role(operator(), session, account, place.id, Role.OFFICER)
    hats.give_role(operator(), session, office.parks, place.id, Role.REVIEWER, "parks")
    hats.give_role(operator(), session, office.roads, place.id, Role.REVIEWER, "roads")
    return office


def send_to(
    session: Session,
    place: Municipality,
    office: Office,
    round_: Round,
    proposal: Proposal,
    *departments: str,
) -> None:
    """Formally checked and sent to departments."""
    coordinator = office.actor(office.coordinator, place)
    operations.check(coordinator, session, round_, proposal, FORMAL_OK)
    operations.route(coordinator, session, round_, proposal, departments, clock.now() + timedelta(days=5))


def judge(
    session: Session,
    place: Municipality,
    office: Office,
    round_: Round,
    proposal: Proposal,
    reviewer: Account,
    verdict: Verdict = Verdict.FEASIBLE,
    cost: int = 1_300_000,
) -> None:
    """A department writes its assessment."""
    mine = queries.departments_of(session, place.id, reviewer.id)
    assessment = next(one for one in queries.assessments(session, proposal.id) if one.department in mine)
    feasible = verdict is Verdict.FEASIBLE
    answers = MET if feasible else MET | {Criterion.LAND: Answer.NOT_MET}
    finding = Finding(
        verdict, REASON if feasible else REFUSAL, cost if feasible else None, "Land Act, art. 5"
    )
    actor = office.actor(reviewer, place)
    operations.assess(actor, session, round_, proposal, assessment, answers, finding, assessment.version)


def decide(
    session: Session,
    place: Municipality,
    office: Office,
    round_: Round,
    proposal: Proposal,
    verdict: Verdict = Verdict.FEASIBLE,
    cost: int = 1_300_000,
) -> None:
    """The whole way from the formal check to the coordinator's signature."""
    send_to(session, place, office, round_, proposal, "parks")
    judge(session, place, office, round_, proposal, office.parks, verdict, cost)
    finding = Finding(verdict, REASON if verdict is Verdict.FEASIBLE else REFUSAL, cost)
    operations.sign(office.actor(office.coordinator, place), session, round_, proposal, finding, 0)
