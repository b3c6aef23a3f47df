"""Somebody who took part in everything takes their data along and closes the account: nothing personal stays anywhere."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import exports, hats
from pbplatform.accounts.models import Account, Passkey, RecoveryCode
from pbplatform.charter.roles import Role, operator
from pbplatform.deliberation import operations as deliberation
from pbplatform.deliberation.models import Comment, CommentState
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.database import Base, Database
from pbplatform.foundation.files import FileMissing
from pbplatform.journal.operations import verify
from pbplatform.moderation import operations as moderation
from pbplatform.moderation.models import RuleBroken, Target
from pbplatform.moderation.targets import case
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News, Topic
from pbplatform.proposals import sharing
from pbplatform.proposals.models import Proposal, ProposalFile, ProposalState, ProposalSupport, SupportChannel
from pbplatform.roll import verification
from pbplatform.roll.models import Means, RollClaim
from pbplatform.uploads import operations as uploads
from pbplatform.uploads.models import Upload
from tests.support import voting
from tests.support.letters import last_letter
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, an_account, as_actor
from tests.support.proposals import a_draft, a_proposal, a_standing_proposal
from tests.support.rounds import a_round
from tests.uploads.test_uploads import PDF, picture

NAME = "Tekla Leavetaking"
EMAIL = "tekla.leavetaking@example.org"

SignIn = Callable[..., PageClient]


class Life:
    """What Tekla did on the platform."""

    def __init__(self, session: Session, house: House) -> None:
        town = voting.a_town(session, house)
        self.place, entry = town.place, town.entries[0]
        self.tekla = an_account(session, self.place, email=EMAIL, name=NAME)
        self.friend = an_account(session, self.place, name="Friend Staying")
        other = an_account(session, self.place, name="Other Staying")
        self.actor = as_actor(self.tekla, self.place)
        self.round = a_round(session, self.place)
        verification.claim(session, entry, self.tekla.id, Means.LETTER)
        self._factors(session)
        self._proposals(session, house)
        self._talk(session, other)
        notices.follow(self.actor, session, self.place.id, Topic.ROUND, self.round.id)
        notices.tell_person(
            session, self.place.id, self.tekla.id, News.PROPOSAL_CHANGED, {"en": "Swings"}, "rounds/x/"
        )
        hats.give_role(operator(self.place.id), session, self.tekla, self.place.id, Role.COUNCILLOR)
        session.commit()

    def _factors(self, session: Session) -> None:
        now = clock.now()
        session.add(RecoveryCode(account_id=self.tekla.id, code_hash="0" * 64))
        session.add(
            Passkey(
                account_id=self.tekla.id,
                credential_id=b"c",
                public_key=b"k",
                name=f"{NAME}'s phone",
                added_at=now,
            )
        )

    def _proposals(self, session: Session, house: House) -> None:
        self.submitted = a_proposal(session, self.place, self.round, self.tekla)
        self.draft = a_draft(session, self.place, self.round, self.tekla)
        self.shared = a_draft(session, self.place, self.round, self.tekla)
        for owner, proposal, invited in (
            (self.actor, self.shared, self.friend),
            (
                as_actor(self.friend, self.place),
                a_draft(session, self.place, self.round, self.friend),
                self.tekla,
            ),
        ):
            invitation, _token = sharing.invite(owner, session, self.round, proposal, invited.email or "")
            sharing.answer(as_actor(invited, self.place), session, invitation, accept=True)
        waiting = a_draft(session, self.place, self.round, self.friend)
        sharing.invite(as_actor(self.friend, self.place), session, self.round, waiting, EMAIL)
        self.lonely = self._file(session, house, f"{NAME}.pdf", PDF)
        self.drafted = self._file(session, house, "yard.jpg", picture())
        self.shown = self._file(session, house, "swing.jpg", picture())
        for upload, proposal in ((self.drafted, self.draft), (self.shown, self.submitted)):
            session.add(ProposalFile(upload_id=upload.id, proposal_id=proposal.id, position=1))
        self.others = a_standing_proposal(session, self.place, self.round, self.friend)
        session.add(
            ProposalSupport(
                proposal_id=self.others.id,
                resident="1",
                account_id=self.tekla.id,
                channel=SupportChannel.ONLINE,
            )
        )
        session.flush()

    def _file(self, session: Session, house: House, name: str, content: bytes) -> Upload:
        return uploads.take(
            self.actor,
            session,
            house.files,
            self.place.id,
            name=name,
            content=content,
            alt="A yard",
            language="en",
        )

    def _talk(self, session: Session, other: Account) -> None:
        self.said = self._comment(session, self.actor, "I like the swings.")
        deliberation.edit(self.actor, session, self.round, self.said, "I love the swings.")
        self.theirs = self._comment(session, as_actor(other, self.place), "I do not.")
        deliberation.endorse(self.actor, session, self.round, self.theirs)
        self.waiting = self._comment(session, self.actor, "Nobody has read this yet.")
        self.waiting.state = CommentState.WAITING
        about = case(session, self.place.id, Target.COMMENT, self.theirs.id)
        moderation.report(self.actor, session, about, RuleBroken.INSULT, note=f"{NAME} feels hurt.")

    def _comment(self, session: Session, actor, text: str) -> Comment:
        return deliberation.comment(actor, session, self.round, self.others, text=text, language="en")


@pytest.fixture(autouse=True)
def _without_form_tokens(app: Flask) -> None:
    """Form tokens have tests of their own."""
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def life(session: Session, house: House) -> Life:
    """Tekla, who has done everything."""
    return Life(session, house)


def traces(session: Session, *words: str) -> list[str]:
    """Every column of every table that holds one of the words, however it is kept."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(table.select()).mappings():
            for column, value in row.items():
                text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
                found += [f"{table.name}.{column}" for word in words if word.casefold() in text.casefold()]
    return sorted(set(found))


@on_both_databases
def test_a_closed_account_leaves_nothing_personal_in_any_table(
    life: Life, signed_in: SignIn, database: Database, house: House
) -> None:
    client = signed_in(life.tekla)
    client.post("/en/password/forgotten", data={"email": EMAIL})
    fields = {"name": NAME, "email": EMAIL, "password": PASSWORD, "home": "0", "terms": "y"}
    client.post("/en/register", data=fields)
    with database.read() as session:
        before = traces(session, NAME, EMAIL)
    expected = {
        "account.email",
        "account.name",
        "letter.recipient",
        "passkey.name",
        "proposal.author_name",
        "co_author.email",
        "registration.email",
        "report.note",
        "upload.name",
    }
    assert expected <= set(before)
    assert client.post("/en/account/close", data={"sure": "y"}).status_code == 302
    assert last_letter(database, EMAIL).subject == "თქვენი ანგარიში დახურულია"
    house.jobs.do("mail")
    with time_machine.travel(clock.now() + timedelta(days=16), tick=False):
        house.jobs.do("accounts")
    with database.read() as session:
        assert traces(session, NAME, EMAIL) == []
        assert not list(verify(session))


def test_what_others_share_stays_and_what_was_hers_alone_goes(
    life: Life, signed_in: SignIn, database: Database, house: House
) -> None:
    kept = {upload.id: uploads.key(upload) for upload in (life.lonely, life.drafted, life.shown)}
    assert signed_in(life.tekla).post("/en/account/close", data={"sure": "y"}).status_code == 302
    with database.read() as session:
        assert session.get(Proposal, life.draft.id) is None
        submitted = session.get_one(Proposal, life.submitted.id)
        assert (submitted.state, submitted.author_name) == (ProposalState.SUBMITTED, "")
        shared = session.get_one(Proposal, life.shared.id)
        assert (shared.author_id, shared.author_name) == (life.friend.id, "Friend Staying")
        assert session.get_one(Comment, life.said.id).text == "I love the swings."
        assert session.get_one(Comment, life.waiting.id).state is CommentState.DELETED
        assert session.get_one(Comment, life.theirs.id).endorsements == 0
        support = session.scalars(select(ProposalSupport)).one()
        assert (support.resident, support.account_id) == ("1", None)
        assert session.scalars(select(RollClaim)).one().ended_at is not None
        assert [upload.id for upload in session.scalars(select(Upload))] == [life.shown.id]
    assert house.files.get(kept[life.shown.id])
    for gone in (life.lonely, life.drafted):
        with pytest.raises(FileMissing):
            house.files.get(kept[gone.id])


def test_pages_name_nobody_where_somebody_has_left(life: Life, signed_in: SignIn, client: PageClient) -> None:
    path = f"/en/{life.place.slug}/rounds/{life.round.slug}/proposals"
    assert NAME in client.get(f"{path}/{life.submitted.id}").get_data(as_text=True)
    signed_in(life.tekla).post("/en/account/close", data={"sure": "y"})
    for proposal in (life.submitted, life.others):
        page = client.get(f"{path}/{proposal.id}").get_data(as_text=True)
        assert NAME not in page
        assert "Former participant" in page


def test_her_data_is_all_in_the_archive(life: Life, signed_in: SignIn) -> None:
    answer = signed_in(life.tekla).get("/en/account/data.zip")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        parts = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert set(parts) == {"account.json", *(f"{name}.json" for name in exports.exporters)}
    assert len(parts["proposals.json"]["written"]) == 3
    assert parts["proposals.json"]["written"][0]["author_name"] == NAME
    assert parts["proposals.json"]["supported"] == [life.others.id]
    assert parts["proposals.json"]["together_with_others"][0]["state"] == "accepted"
    assert [one["text"] for one in parts["discussion.json"]["comments"]] == [
        "I love the swings.",
        "Nobody has read this yet.",
    ]
    assert parts["discussion.json"]["comments"][0]["earlier_wordings"][0]["text"] == "I like the swings."
    assert parts["discussion.json"]["agreed_with_comments"] == [life.theirs.id]
    assert parts["moderation.json"]["reports"][0]["note"] == f"{NAME} feels hurt."
    assert parts["notices.json"]["follows"]
    told = parts["notices.json"]["told"]
    assert {one["news"] for one in told} == {News.PROPOSAL_CHANGED, News.CO_AUTHOR_ANSWERED}
    assert {"en": "Swings"} in [one["titles"] for one in told]
    assert {one["name"] for one in parts["files.json"]} == {f"{NAME}.pdf", "yard.jpg", "swing.jpg"}
    assert parts["roll.json"][0]["proved_by"] == "letter"
    assert parts["account.json"]["email"] == EMAIL
