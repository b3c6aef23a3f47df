"""The manifest: what is fixed for ever when a vote is sealed, and its file on disk."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import database_now
from pbplatform.foundation.smallcells import suppress
from pbplatform.voting import canon, keys, rules
from pbplatform.voting.models import BallotBox, Channel, RoundSeal
from pbplatform.voting.paper_models import PaperSheet, SheetState


def make_seal(
    session: Session,
    secrets: SecretFolder,
    box: BallotBox,
    frozen: rules.FrozenRules,
    rows: Sequence[dict[str, Any]],
    beacon: str,
    numbers: dict[str, int],
) -> RoundSeal:
    """The seal over these rows, with its counts, roots and lots. `numbers`: superseded, annulled, paper_ticks."""
    seed = keys.seed(secrets, box.round_id, box.tie_commitment)
    by_position: dict[str, list[str]] = {str(envelope.position): [] for envelope in frozen.envelopes}
    for row in rows:
        for position, choices in json.loads(row["payload"]).items():
            by_position[position].append(canon.canonical(choices))
    online = [row for row in rows if row["channel"] is Channel.ONLINE]
    paper = [row["payload"] for row in rows if row["channel"] is Channel.PAPER]
    fewest = canon.fewest_sheets(paper, [e.position for e in frozen.envelopes if e.district_id is not None])
    publication = {
        str(e.position): canon.published_as(e.publication, len(by_position[str(e.position)]), fewest)
        for e in frozen.envelopes
    }
    parts = canon.roots(
        (row["tracker"] for row in online),
        paper if set(publication.values()) == {"open"} else None,
        {
            position: None if publication[position] == "totals" else lines
            for position, lines in by_position.items()
        },
    )
    root = canon.final_root(parts)
    orders = {
        str(e.position): canon.tie_order(
            seed, root, beacon, e.position, [project.code for project in e.projects]
        )
        for e in frozen.envelopes
    }
    counts = {
        "cast": len(rows) + numbers["superseded"] + numbers["annulled"],
        "counted": len(rows),
        **numbers,
        "by_channel": {"online": len(online), "paper": len(paper)},
        "by_envelope": {position: len(lines) for position, lines in by_position.items()},
        "paper_sheets": _sheets(session, box.round_id),
    }
    manifest = {
        "version": canon.VERSION,
        "round": frozen.name,
        "rules_hash": box.rules_hash,
        "close": box.close_manifest,
        "closed_at": rules.instant(box.closes_at),
        "counts": counts,
        "roots": parts,
        "final_root": root,
        "tie_commitment": box.tie_commitment,
        "tie_seed": seed,
        "beacon": beacon,
        "tie_orders": orders,
        "publication": publication,
    }
    return RoundSeal(
        round_id=box.round_id,
        municipality_id=box.municipality_id,
        rules=box.rules,
        rules_hash=box.rules_hash,
        roots=parts,
        final_root=root,
        counts=counts,
        tie_commitment=box.tie_commitment,
        tie_seed=seed,
        beacon=beacon,
        tie_orders=orders,
        publication=publication,
        manifest={**manifest, "manifest_hash": canon.sha256(canon.canonical(manifest))},
        sealed_at=database_now(session),
        key_destroyed_at=None,
    )


def _sheets(session: Session, round_id: int) -> dict[str, int | None]:
    """The counted sheets, and the others by the reason that they are invalid for; few of one reason are not told."""
    rows = session.execute(
        select(PaperSheet.state, PaperSheet.invalidity, func.count())
        .where(PaperSheet.round_id == round_id)
        .group_by(PaperSheet.state, PaperSheet.invalidity)
    )
    found: Counter[str] = Counter()
    for state, invalidity, count in rows:
        found[invalidity.value if invalidity is not None else state.value] += count
    counted = found.pop(SheetState.COUNTED.value, 0)
    invalid = {reason: cell.value for reason, cell in suppress(found).items()}
    return dict(sorted({SheetState.COUNTED.value: counted, **invalid}.items()))


def write(folder: Path, sealed: RoundSeal) -> Path:
    """Put the manifest on disk, whole and synchronised, before anything is destroyed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"round-{sealed.round_id}-manifest.json"
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(canon.canonical(sealed.manifest) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return path
