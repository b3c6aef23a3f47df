"""What the vote does by itself: keep time, close on time, finish interrupted seals, publish the turnout."""

from pathlib import Path

from pbplatform.door import House
from pbplatform.voting import closing, sealing, turnout


def seals_folder(house: House) -> Path:
    """Where manifests are put before a key is destroyed."""
    return house.config.data_dir / "manifests"


def install(house: House) -> None:
    """Install the duties in one application."""
    house.jobs.every_minutes(1, "close_votes", lambda: closing.close_due(house.database, house.secrets))
    house.jobs.every_minutes(
        5, "finish_seals", lambda: sealing.finish_seals(house.database, house.secrets, seals_folder(house))
    )
    house.jobs.every_minutes(10, "turnout", lambda: turnout.publish_hourly(house.database, house.secrets))
