"""The council's packet as files beside its PDF."""

from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.results import exporting, protocol
from pbplatform.results.models import Count


def files(session: Session, found: Round, row: Count) -> dict[str, bytes]:
    """The protocol as data, and every project with its result as a table."""
    return {
        "protocol.json": protocol.data(session, found, row),
        "projects.csv": b"".join(exporting.projects_csv(session, found, row)),
    }
