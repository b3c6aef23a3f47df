"""Clusters of verifications that look like one hand acting for many; for officers, at verification and never at casting.

A network from which many prove who they are is no cause in itself: a library's kiosk looks like that. Two of three further
signs must come together: phones shared, one age band, a machine's rhythm.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean, pstdev

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.foundation import clock
from pbplatform.roll.models import AgeBand, VerificationTry

LEAST = 10
WINDOW = timedelta(hours=24)
SHARED_PHONES = 1.4
"""People a phone, above which phones count as shared."""
ONE_BAND = 0.7
"""Share of the most frequent age band."""
EVEN_RHYTHM = 0.35
"""Spread of the pauses against their mean, below which they look like a machine's."""


@dataclass(frozen=True)
class Cluster:
    """Verifications from one network within a day, with the signs that made it stand out."""

    network: str
    people: int
    phones: int
    first_at: datetime
    last_at: datetime
    shared_phones: bool
    one_age_band: AgeBand | None
    even_rhythm: bool


@dataclass(frozen=True)
class Sighting:
    """One successful verification."""

    network: str
    phone: str
    band: AgeBand | None
    at: datetime


def clusters(session: Session, municipality_id: int) -> list[Cluster]:
    """The clusters of the last day, the largest first."""
    rows = session.execute(
        select(
            VerificationTry.prefix_hash,
            VerificationTry.phone_hash,
            VerificationTry.age_band,
            VerificationTry.at,
        )
        .where(
            VerificationTry.municipality_id == municipality_id,
            VerificationTry.succeeded.is_(True),
            VerificationTry.at > clock.now() - WINDOW,
        )
        .order_by(VerificationTry.at)
    )
    by_network: dict[str, list[Sighting]] = {}
    for network, phone, band, at in rows:
        by_network.setdefault(network, []).append(Sighting(network, phone, band, at))
    found = [cluster for sightings in by_network.values() if (cluster := judge(sightings)) is not None]
    return sorted(found, key=lambda cluster: -cluster.people)


def judge(sightings: Sequence[Sighting]) -> Cluster | None:
    """The cluster that these verifications of one network are, or None when they are nothing to look at."""
    if len(sightings) < LEAST:
        return None
    phones = Counter(sighting.phone for sighting in sightings if sighting.phone)
    shared = bool(phones) and sum(phones.values()) / len(phones) >= SHARED_PHONES
    bands = Counter(sighting.band for sighting in sightings if sighting.band)
    band, most = bands.most_common(1)[0] if bands else (None, 0)
    one_band = most / len(sightings) >= ONE_BAND
    pauses = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(sightings)]
    even = mean(pauses) > 0 and pstdev(pauses) / mean(pauses) < EVEN_RHYTHM
    if shared + one_band + even < 2:
        return None
    return Cluster(
        network=sightings[0].network[:6],
        people=len(sightings),
        phones=len(phones),
        first_at=sightings[0].at,
        last_at=sightings[-1].at,
        shared_phones=shared,
        one_age_band=band if one_band else None,
        even_rhythm=even,
    )
