"""Writing Pabulib files: a file that was read, unchanged in content, or an election of our own with its outcome.

Files are UTF-8 with LF line ends, fields quoted where they must be. What is written is accepted by the public checker.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from pbplatform.tally.election import Election
from pbplatform.tally.errors import ElectionError
from pbplatform.tally.greedy import ranked, scores
from pbplatform.tally.kinds import BallotFormat, LimitKind
from pbplatform.tally.outcome import Outcome, Verdict
from pbplatform.tally.pabulib import PabulibFile
from pbplatform.tally.pabulib_fields import amount
from pbplatform.tally.rules import Comparison, Order, Rule, RuleSpec
from pbplatform.tally.ties import tie_ranks

META_KEYS = tuple(
    """
    description country unit district subunit instance num_projects num_votes budget vote_type rule
    date_begin date_end min_length max_length min_sum_cost max_sum_cost min_points max_points min_sum_points
    max_sum_points default_score min_project_cost max_project_cost min_project_score_threshold neighborhoods
    subdistricts categories edition language currency fully_funded experimental comment acknowledgments
    leftover_budget budget_per_category budget_per_neighborhood min_length_per_category
    max_length_per_category min_sum_cost_per_category max_sum_cost_per_category
    """.split()
)
"""Keys of META in the order of the format; any other key follows them."""

REQUIRED = ("description", "country", "unit", "instance", "date_begin", "date_end")
"""What META must be told about an election of our own; the rest is known from the election."""

VOTE_TYPES: Mapping[BallotFormat, str] = {
    BallotFormat.APPROVAL: "approval",
    BallotFormat.KNAPSACK: "approval",
    BallotFormat.CHOOSE_ONE: "choose-1",
    BallotFormat.POINTS: "cumulative",
    BallotFormat.RANKING: "ordinal",
}


def sections_text(
    meta: Mapping[str, str],
    project_columns: Sequence[str],
    projects: Iterable[Sequence[str]],
    vote_columns: Sequence[str],
    votes: Iterable[Sequence[str]],
) -> str:
    """A whole file from its parts."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(["META"])
    writer.writerow(["key", "value"])
    writer.writerows(meta.items())
    writer.writerow(["PROJECTS"])
    writer.writerow(project_columns)
    writer.writerows(projects)
    writer.writerow(["VOTES"])
    writer.writerow(vote_columns)
    writer.writerows(votes)
    return out.getvalue()


def file_text(file: PabulibFile) -> str:
    """A file that was read with `keep_votes`, with every key, column and row."""
    if file.votes is None:
        raise ElectionError("The file was read without keeping its ballots.")
    return sections_text(file.meta, file.project_columns, file.projects, file.vote_columns, file.votes)


def election_text(election: Election, meta: Mapping[str, str], outcome: Outcome | None = None) -> str:
    """An election of our own, with its outcome in the column `selected` if there is one.

    `meta` must have the keys of `REQUIRED`, dates as DD.MM.YYYY or YYYY. Projects stand in the order of their result, ties
    as announced, so that file order is a tie-breaking order with the same outcome. Voters are numbered in the canonical
    order of the ballots, which tells nothing about when or by whom they were cast. The format knows no ballot without a
    choice: such ballots are left out, and a comment says how many, because Equal Shares counts them.
    """
    missing = [key for key in REQUIRED if not meta.get(key)]
    if missing:
        raise ElectionError(f"META needs {', '.join(missing)}.")
    scored = election.format in (BallotFormat.POINTS, BallotFormat.RANKING)
    score = scores(election, Order.POINTS if scored else Order.VOTES)
    ranks = tie_ranks(election, outcome.spec.ties) if outcome else range(len(election.projects))
    line = ranked(score, ranks, range(len(election.projects)))
    tags = any(project.categories for project in election.projects)
    places = any(project.district for project in election.projects)
    columns = ["project_id", "cost", "votes"]
    columns += ["score"] if scored else []
    columns += ["name"] + ["category"] * tags + ["selected"] * bool(outcome) + ["district"] * places
    rows = []
    for position in line:
        project = election.projects[position]
        row = {
            "project_id": project.id,
            "cost": amount(project.cost, election.scale),
            "votes": str(election.votes[position]),
            "score": amount(election.points[position], election.points_scale),
            "name": " ".join(project.name.split()) or project.id,
            "category": ",".join(project.categories),
            "district": project.district or "-",
            "selected": _selected(outcome, project.id) if outcome else "",
        }
        rows.append([row[column] for column in columns])
    points = election.format is BallotFormat.POINTS
    votes: list[list[str]] = []
    for ballot in election.ballots():
        if not ballot.choices:
            continue
        choices, given = ballot.choices, ballot.points or ()
        if points:
            # The format wants the choices of a ballot with points in the order of their points.
            pairs = sorted(zip(choices, given, strict=True), key=lambda pair: -pair[1])
            choices, given = tuple(p for p, _ in pairs), tuple(n for _, n in pairs)
        marks = [",".join(choices)]
        marks += [",".join(amount(p, election.points_scale) for p in given)] * points
        first = len(votes) + 1
        votes.extend([str(first + i), *marks] for i in range(ballot.weight))
    full = _meta(election, meta, outcome)
    return sections_text(full, columns, rows, ["voter_id", "vote"] + ["points"] * points, votes)


def _selected(outcome: Outcome, project_id: str) -> str:
    if project_id not in outcome.funded:
        return "0"
    extra = {step.project for step in outcome.steps if step.verdict is Verdict.FUNDED_WITH_EXTRA}
    return "2" if project_id in extra else "1"


def _meta(election: Election, meta: Mapping[str, str], outcome: Outcome | None) -> dict[str, str]:
    known = {
        **meta,
        "num_projects": str(len(election.projects)),
        "num_votes": str(election.voters - election.profile.empty),
        "budget": amount(election.budget, election.scale),
        "vote_type": VOTE_TYPES[election.format],
    }
    known.setdefault("rule", rule_name(outcome.spec, election) if outcome else "unknown")
    if election.format is BallotFormat.CHOOSE_ONE:
        known |= {"min_length": "1", "max_length": "1"}
    elif election.max_length:
        known.setdefault("max_length", str(election.max_length))
    if election.format is BallotFormat.POINTS:
        # The format asks for a bound; where the rules set none, the largest ballot is one.
        largest = max((sum(ballot.points or ()) for ballot in election.ballots()), default=0)
        known.setdefault("max_sum_points", amount(max(largest, 1), election.points_scale))
    if outcome and outcome.spec.threshold:
        known.setdefault("min_project_score_threshold", str(outcome.spec.threshold))
    if election.format is BallotFormat.KNAPSACK:
        known.setdefault("max_sum_cost", amount(election.budget, election.scale))
    if sum(project.cost for project in election.projects) <= election.budget:
        known.setdefault("fully_funded", "1")
    if election.profile.empty:
        said = known.get("comment", "")
        number = said.count("#") + 1
        left_out = f"#{number}: {election.profile.empty} ballots without any choice are not listed."
        known["comment"] = f"{said} {left_out}".strip()
    by_category = [limit for limit in election.limits if limit.kind is LimitKind.CATEGORY]
    if by_category:
        known["categories"] = ",".join(limit.name for limit in by_category)
        known["budget_per_category"] = ",".join(amount(x.amount, election.scale) for x in by_category)
    order = {key: place for place, key in enumerate(META_KEYS)}
    return dict(sorted(known.items(), key=lambda item: order.get(item[0], len(order))))


def rule_name(spec: RuleSpec, election: Election) -> str:
    """Pabulib's nearest word for a rule; options it has no word for stand in our own outcome."""
    if spec.rule is Rule.EQUAL_SHARES:
        compared = "-comparison" if spec.comparison is not Comparison.NONE else ""
        return f"equalshares/add1{compared}" if spec.completion.adds else "equalshares"
    if not spec.skip:
        return "greedy-no-skip" if spec.extra_percent is None else "greedy-custom"
    if election.exclusive:
        return "greedy-exclusive"
    return "greedy-threshold" if spec.threshold else "greedy"
