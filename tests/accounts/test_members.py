"""Hats given and taken, invitations sent and accepted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import queries
from pbplatform.accounts.models import Invitation
from pbplatform.charter.roles import Role
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.journal.models import JournalEntry
from pbplatform.municipalities import queries as municipalities
from tests.support.letters import last_letter, letters_to, link_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account

SignIn = Callable[..., PageClient]
GUEST = "guest@example.org"
INVITE = {"email": GUEST, "role": "officer", "department": "", "language": "ka"}


@pytest.fixture
def admin(session: Session, signed_in: SignIn) -> PageClient:
    account = an_account(session, a_municipality(session), Role.ADMINISTRATOR, email="admin@example.org")
    session.commit()
    return signed_in(account)


def roles(database: Database, email: str) -> set[Role]:
    with database.read() as reading:
        account = queries.by_email(reading, email)
        return {hat.role for hat in queries.memberships(reading, account.id)} if account else set()


@on_both_databases
def test_a_newcomer_accepts_an_invitation_and_must_set_up_a_second_factor(
    admin: PageClient, client: PageClient, database: Database
) -> None:
    assert admin.post("/en/rustavi/members", data=INVITE).status_code == 302
    assert GUEST in admin.get("/en/rustavi/members").get_data(as_text=True)
    letter = last_letter(database, GUEST)
    assert (letter.language, "რუსთავი" in letter.subject) == ("ka", True)
    link = link_of(letter)
    assert client.get(link).status_code == 200
    assert client.post(link, data={"name": "Admin", "password": PASSWORD}).status_code == 422
    accepted = client.post(link, data={"name": "გია", "password": PASSWORD})
    assert accepted.location.startswith("/ka/second-factor")
    assert roles(database, GUEST) == {Role.OFFICER}
    assert client.get(link).status_code == 410


def test_an_existing_account_accepts_after_signing_in_and_no_other_can(
    admin: PageClient, session: Session, database: Database, signed_in: SignIn, client: PageClient
) -> None:
    guest, stranger = an_account(session, email=GUEST), an_account(session, email="stranger@example.org")
    session.commit()
    admin.post("/en/rustavi/members", data=INVITE | {"role": "councillor"})
    link = link_of(last_letter(database, GUEST))
    assert "sign-in?next=" in client.get(link).get_data(as_text=True)
    client.post(link, data={"name": "Somebody", "password": PASSWORD})
    assert roles(database, GUEST) == set()
    assert signed_in(stranger).post(link).status_code == 422
    assert signed_in(guest).post(link).location == "/ka/rustavi/"
    assert roles(database, GUEST) == {Role.COUNCILLOR}
    assert roles(database, "stranger@example.org") == set()


def test_an_invitation_runs_out_is_withdrawn_or_replaced(
    admin: PageClient, client: PageClient, session: Session, database: Database
) -> None:
    admin.post("/en/rustavi/members", data=INVITE)
    first = link_of(last_letter(database, GUEST))
    number = session.scalars(select(Invitation.id)).one()
    session.commit()
    assert admin.post(f"/en/rustavi/members/invitations/{number}/again").status_code == 302
    second = link_of(last_letter(database, GUEST))
    assert client.get(first).status_code == 410
    client.post("/en/password/forgotten", data={"email": GUEST})
    assert "no account" in last_letter(database, GUEST).subject, "an invitation is no account to reset"
    with database.transaction() as writing:
        writing.scalars(select(Invitation)).one().expires_at = clock.now() - timedelta(minutes=1)
    assert client.get(second).status_code == 410
    admin.post("/en/rustavi/members", data=INVITE)
    third = link_of(last_letter(database, GUEST))
    newest = max(session.scalars(select(Invitation.id)))
    session.commit()
    assert admin.post(f"/en/rustavi/members/invitations/{newest}/withdraw").status_code == 302
    assert client.get(third).status_code == 410


def test_roles_are_given_and_taken_but_never_by_oneself(
    admin: PageClient, session: Session, database: Database
) -> None:
    place = queries_place(session)
    other = an_account(session, place, Role.OFFICER, email="other@example.org")
    me = queries.by_email(session, "admin@example.org")
    assert me is not None
    mine = queries.memberships(session, me.id)[0].id
    session.commit()
    assert (
        admin.post(
            f"/en/rustavi/members/{other.id}", data={"role": "reviewer", "department": "parks"}
        ).status_code
        == 302
    )
    assert roles(database, "other@example.org") == {Role.OFFICER, Role.REVIEWER}
    twice = admin.post(f"/en/rustavi/members/{other.id}", data={"role": "reviewer"})
    assert twice.status_code == 422
    for role in ("resident", "operator", "nonsense"):
        assert admin.post(f"/en/rustavi/members/{other.id}", data={"role": role}).status_code == 422
    assert admin.post(f"/en/rustavi/members/{me.id}", data={"role": "officer"}).status_code == 403
    assert admin.post(f"/en/rustavi/members/hats/{mine}/take").status_code == 403


def queries_place(session: Session):

    place = municipalities.by_slug(session, "rustavi")
    assert place is not None
    return place


def test_nothing_of_another_municipality_can_be_touched(
    admin: PageClient, session: Session, database: Database
) -> None:
    there = a_municipality(session, "burgas", ("bg", "en"))
    stranger = an_account(session, there, Role.OFFICER)
    hat = queries.memberships(session, stranger.id)[0].id
    invitation = Invitation(
        municipality_id=there.id,
        email=GUEST,
        role=Role.OFFICER,
        language="bg",
        token_hash="0" * 64,
        invited_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    session.add(invitation)
    session.commit()
    assert admin.post(f"/en/rustavi/members/hats/{hat}/take").status_code == 404
    assert admin.get(f"/en/rustavi/members/{stranger.id}").status_code == 404
    for what in ("again", "withdraw"):
        assert admin.post(f"/en/rustavi/members/invitations/{invitation.id}/{what}").status_code == 404
    assert admin.post(f"/en/burgas/members/hats/{hat}/take").status_code == 403
    assert not letters_to(database, GUEST)


def test_taking_the_role_of_who_invited_ends_their_open_invitations(
    admin: PageClient, session: Session, signed_in: SignIn, client: PageClient, database: Database
) -> None:
    second = an_account(session, queries_place(session), Role.ADMINISTRATOR, email="second@example.org")
    session.commit()
    signed_in(second).post("/en/rustavi/members", data=INVITE)
    link = link_of(last_letter(database, GUEST))
    hat = queries.memberships(session, second.id)[0].id
    session.commit()
    assert client.get(link).status_code == 200
    admin.post(f"/en/rustavi/members/hats/{hat}/take")
    assert client.get(link).status_code == 410


def test_an_administrator_cannot_invite_themselves_to_another_role(
    admin: PageClient, session: Session, database: Database
) -> None:
    assert admin.post("/en/rustavi/members", data=INVITE | {"email": "admin@example.org"}).status_code == 403
    assert not letters_to(database, "admin@example.org")


def test_the_journal_names_the_administrator_who_decided_and_no_mailbox(
    admin: PageClient, client: PageClient, session: Session, database: Database
) -> None:
    admin.post("/en/rustavi/members", data=INVITE)
    client.post(link_of(last_letter(database, GUEST)), data={"name": "გია", "password": PASSWORD})
    boss = queries.by_email(session, "admin@example.org")
    assert boss is not None
    entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    sent, given = entries[-2:]
    assert (sent.action, sent.hat, sent.account_id) == ("invite_member", "administrator", boss.id)
    assert (given.action, given.hat, given.account_id) == ("change_membership", "administrator", boss.id)
    assert given.details == {"role": "officer", "given": True}
    assert not [entry for entry in entries if GUEST in str(entry.details)]
