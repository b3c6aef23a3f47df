"""The protocol of a count as data and as a PDF. The page, the PDF and the JSON say the same."""

import json

from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.pdf import NoPdf, make_pdf
from pbplatform.results import elections, queries, statistics
from pbplatform.results.models import Count
from pbplatform.results.operations import ResultProblem
from pbplatform.tally.canonical import canonical


def pdf(html: str) -> bytes:
    """A page as PDF; raise Conflict where the operator has not installed the printing part."""
    try:
        return make_pdf(html)
    except NoPdf:
        raise Conflict(ResultProblem.NO_PRINTING) from None


def data(session: Session, found: Round, row: Count) -> bytes:
    """The protocol for machines, in canonical JSON."""
    seal = queries.seal(session, found)
    signed = queries.signatures(session, row)
    return canonical(
        {
            "ballots": row.ballots,
            "count": row.number,
            "counted_at": row.counted_at.isoformat() if row.counted_at else None,
            "declared_at": row.declared_at.isoformat() if row.declared_at else None,
            "final_root": seal.final_root if seal else None,
            "reasons": row.reasons,
            "recount": {
                "hash": row.recount_hash,
                "method": row.recount_method.value if row.recount_method else None,
                "at": row.recounted_at.isoformat() if row.recounted_at else None,
            },
            "result": json.loads(str(row.result)),
            "result_hash": row.result_hash,
            "round": elections.round_name(session, found),
            "rules_hash": seal.rules_hash if seal else None,
            "signed": signed,
            "turnout": {
                by: {name: cell.value for name, cell in cells.items()}
                for by, cells in statistics.turnout(session, found).items()
            },
        }
    )
