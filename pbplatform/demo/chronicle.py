"""Puts the news of the demonstration in the order of their days.

The acts tell their stories one after another, each over years; a list of news goes by the number of the news, which in
real life follows time.
"""

from collections import defaultdict

from sqlalchemy import delete, inspect, select

from pbplatform.demo.stage import Stage
from pbplatform.notices.models import Happening, HappeningTopic

FACTS = [column.key for column in inspect(Happening).column_attrs if column.key != "id"]


def build(stage: Stage) -> None:
    """Give the earliest happening the lowest number, and so on."""
    session = stage.session
    told = session.scalars(select(Happening).order_by(Happening.id)).all()
    topics = defaultdict(list)
    for about in session.scalars(select(HappeningTopic)):
        topics[about.happening_id].append((about.topic, about.subject_id))
    session.execute(delete(HappeningTopic))
    session.expunge_all()
    by_day = sorted(told, key=lambda happening: (happening.at, happening.id))
    for number, happening in zip([one.id for one in told], by_day, strict=True):
        session.merge(Happening(id=number, **{fact: getattr(happening, fact) for fact in FACTS}))
        session.add_all(
            HappeningTopic(happening_id=number, topic=topic, subject_id=subject)
            for topic, subject in topics[happening.id]
        )
