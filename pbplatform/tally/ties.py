"""The announced total order of the projects that decides between exact equals."""

from pbplatform.tally.election import Election
from pbplatform.tally.errors import RuleError
from pbplatform.tally.rules import TieKind, Ties


def tie_ranks(election: Election, ties: Ties) -> tuple[int, ...]:
    """Rank of each project in the tie-breaking order; the lowest rank wins. Raises RuleError if an order is not total."""
    projects = election.projects
    positions = range(len(projects))
    if ties.kind is TieKind.GIVEN:
        if len(ties.order) != len(projects) or set(ties.order) != set(election.index):
            raise RuleError("The tie-breaking order must list every project exactly once.")
        ordered = [election.index[project_id] for project_id in ties.order]
    elif ties.kind is TieKind.ID:
        ordered = sorted(positions, key=lambda p: id_key(projects[p].id))
    elif ties.kind is TieKind.VOTES_COST:
        ordered = sorted(positions, key=lambda p: (-election.votes[p], projects[p].cost, p))
    else:
        ordered = list(positions)
    ranks = [0] * len(projects)
    for rank, position in enumerate(ordered):
        ranks[position] = rank
    return tuple(ranks)


def id_key(project_id: str) -> tuple[int, int, str]:
    """Sort key of a project id: plain numbers by their value first, all others by their characters."""
    if project_id.isascii() and project_id.isdigit() and len(project_id) < 19:
        return (0, int(project_id), project_id)
    return (1, 0, project_id)
