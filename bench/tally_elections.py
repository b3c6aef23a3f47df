"""Generated elections of any size, always the same: a few popular projects, many less so, costs over two decades."""

from pathlib import Path

import numpy as np

from pbplatform.tally.pabulib_write import sections_text


def write_election(path: Path, ballots: int, projects: int, length: int, different: int = 0) -> int:
    """Write an election with up to `length` choices per ballot as a Pabulib file; returns how many ballots differ.

    No more than `different` do, if that is given: then each is drawn from so many.
    """
    random = np.random.default_rng(ballots + 7 * projects + length)
    costs = np.round(10 ** random.uniform(3.5, 5.5, projects), 2)
    appeal = 1 / (1 + np.arange(projects)) ** 0.7
    appeal = np.cumsum(random.permutation(appeal / appeal.sum()))
    own = different or ballots
    drawn = np.minimum(np.searchsorted(appeal, random.random((own, length))), projects - 1)
    wanted = random.integers(1, length + 1, own)
    choices = [
        ",".join(map(str, sorted(set(row[:n]))))
        for row, n in zip(drawn.tolist(), wanted.tolist(), strict=True)
    ]
    if different:
        choices = [choices[i] for i in random.integers(0, different, ballots).tolist()]
    counts = np.zeros(projects, dtype=int)
    for text in choices:
        for choice in text.split(","):
            counts[int(choice)] += 1
    meta = {
        "description": "Generated",
        "country": "Georgia",
        "unit": "Generated",
        "instance": "1",
        "num_projects": str(projects),
        "num_votes": str(ballots),
        "budget": f"{costs.sum() / 5:.2f}",
        "vote_type": "approval",
        "rule": "greedy",
        "date_begin": "2026",
        "date_end": "2026",
        "max_length": str(length),
    }
    listed = [(str(i), f"{cost:.2f}", str(counts[i])) for i, cost in enumerate(costs.tolist())]
    votes = ((str(i), text) for i, text in enumerate(choices))
    text = sections_text(meta, ("project_id", "cost", "votes"), listed, ("voter_id", "vote"), votes)
    path.write_text(text, encoding="utf-8")
    return len(set(choices))
