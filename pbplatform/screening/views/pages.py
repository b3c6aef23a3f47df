"""The blueprint of all pages of the screening, and what their views share."""

from typing import Any

from flask import Blueprint, g

from pbplatform import door
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.foundation.errors import Missing
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal
from pbplatform.screening.criteria import Criterion
from pbplatform.screening.models import Answer as CriterionAnswer
from pbplatform.screening.models import Assessment
from pbplatform.screening.words import PROBLEMS

pages = Blueprint("screening", __name__)

SENTENCES: dict[Any, Any] = {**PROBLEMS}


def loaded(round_slug: str, proposal_id: int) -> tuple[Round, Proposal]:
    """The round and the submitted proposal of an address."""
    round_ = this_round(round_slug)
    proposal = proposals.by_id(door.session(), g.municipality.id, proposal_id)
    if proposal is None or proposal.round_id != round_.id or not proposals.is_public(proposal):
        raise Missing
    return round_, proposal


def answers_of(assessment: Assessment) -> list[tuple[Criterion, CriterionAnswer]]:
    """The criteria of an assessment, with what the department says of each."""
    return [(Criterion(code), CriterionAnswer(answer)) for code, answer in assessment.criteria.items()]
