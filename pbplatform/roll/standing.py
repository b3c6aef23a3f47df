"""What the roll gives the rest of the house: the standing of a resident, its jobs and its duty."""

from flask import Flask

from pbplatform.accounts import guard
from pbplatform.door import House
from pbplatform.roll import delivery, letters, operations, queries


def install(app: Flask, house: House) -> None:
    """Install all of it in one application."""
    if queries.is_resident not in guard.resident_standing:
        guard.resident_standing.append(queries.is_resident)
    there = delivery.gateway(house.config.sms_url)
    house.jobs.register(
        delivery.SEND_JOB,
        lambda progress, sent_id: delivery.send(house.database, house.vault, there, progress, sent_id),
    )
    house.jobs.register(
        operations.IMPORT_JOB,
        lambda progress, import_id: operations.run_import(
            house.database, house.secrets, house.files, progress, import_id
        ),
    )
    house.jobs.register(
        letters.LETTERS_JOB,
        lambda progress, batch_id: letters.print_letters(
            app, house.database, house.secrets, house.files, progress, batch_id
        ),
    )
    house.jobs.every_minutes(60, "forget_letters", lambda: letters.forget_files(house.database, house.files))
    house.jobs.every_minutes(60, "forget_rolls", lambda: operations.forget_files(house.database, house.files))
    house.jobs.every_minutes(60, "forget_tries", lambda: operations.forget_old(house.database))
