"""The jobs of counting."""

from pbplatform.door import House
from pbplatform.results import operations


def install(house: House) -> None:
    """Name the work of counting and of counting again."""
    database = house.database
    house.jobs.register(
        operations.COUNT_JOB,
        lambda progress, count_id: operations.do_count(database, progress, count_id),
    )
    house.jobs.register(
        operations.RECOUNT_JOB,
        lambda progress, count_id: operations.do_recount(database, progress, count_id),
    )
