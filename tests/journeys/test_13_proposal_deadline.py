"""Scenario 13 for proposals: one second after the deadline, page, autosave and import are refused alike, nothing is lost."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Window
from pbplatform.foundation import clock
from pbplatform.proposals.models import Proposal
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.proposals import TEXT, a_draft, some_words
from tests.support.rounds import a_round


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no form"
    return found[1]


@on_both_databases
def test_after_the_deadline_every_way_in_is_closed_alike(
    session: Session, signed_in: Callable[..., PageClient]
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, slug="spring")
    author, officer = an_account(session, place), an_account(session, place, Role.OFFICER)
    draft = a_draft(session, place, round_, author)
    words = some_words(session, round_)
    session.commit()
    base = "/en/rustavi/rounds/spring/proposals"
    mine, desk = signed_in(author), signed_in(officer)
    write = mine.get(f"{base}/{draft.id}/write").get_data(as_text=True)
    check = mine.get(f"{base}/{draft.id}/check").get_data(as_text=True)
    bring = desk.get(f"{base}/bring").get_data(as_text=True)

    # The stored phase is still the submission; only the clock has passed, as when nobody walks the step.
    window = session.scalars(
        select(Window).where(Window.round_id == round_.id, Window.phase == Phase.SUBMISSION)
    ).one()
    window.closes_at = clock.now() - timedelta(seconds=1)
    session.commit()

    typed = {
        "csrf_token": token(write),
        "title": "Typed in the last second",
        "text": TEXT,
        "envelope_id": str(words.envelope_id),
    }
    late = mine.post(f"{base}/{draft.id}/write", data=typed)
    assert late.status_code == 422
    assert "Typed in the last second" in late.get_data(as_text=True), "what was typed is given back"
    assert "This is closed now." in late.get_data(as_text=True)
    assert mine.post(f"{base}/{draft.id}/keep", data=typed).status_code == 422
    assert mine.post(f"{base}/{draft.id}/check", data={"csrf_token": token(check)}).status_code == 422
    table = f'title,text,cost,author,beneficiaries,category,address\nLate,"{TEXT}",1000,Nino Late,All,parks,Here 1\n'
    brought = desk.post(
        f"{base}/bring",
        data={"csrf_token": token(bring), "file": (io.BytesIO(table.encode()), "late.csv")},
        content_type="multipart/form-data",
    )
    assert brought.status_code == 422
    assert "This is closed now." in brought.get_data(as_text=True)

    window.closes_at = clock.now() + timedelta(hours=1)
    round_.phase = Phase.REVIEW
    session.commit()
    moved = mine.post(f"{base}/{draft.id}/write", data=typed)
    assert moved.status_code == 422
    assert "Typed in the last second" in moved.get_data(as_text=True), "also when the phase has moved"
    session.rollback()
    titles = session.scalars(select(Proposal.title)).all()
    assert titles == [draft.title]
