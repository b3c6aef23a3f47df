"""Taking a roll in: from a row of the file to a checked line, and from lines to entries, batch by batch.

Each batch is a transaction of its own, so that an import of half a million people never holds up other writers, and a
repeated import after a crash simply goes on: what is there already and the same is left alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from pbplatform.foundation import clock
from pbplatform.foundation.database import Database, among, insert_many
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.foundation.web import broken
from pbplatform.municipalities.models import Country, District, Municipality
from pbplatform.roll.ids import BadId, birth_in_id, normal_id
from pbplatform.roll.models import FaultCause, RollEntry, RollFault
from pbplatform.roll.pepper import Pepper
from pbplatform.roll.reading import Cell, Column, Row, day_of

BATCH = 5_000
MOST_FAULTS = 20_000
MOST_SHARING_A_PHONE = 2
_FIELDS = ("name", "birth_date", "district_id", "phone", "email", "address", "language")
_NOTHING = Cell()
_ENTRIES = cast(Table, RollEntry.__table__)
_CHANGE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id == bindparam("entry"))
    .values(removed_at=None, **{name: bindparam(f"new_{name}") for name in _FIELDS})
)


class Bad(Exception):
    """A row that is not taken."""

    def __init__(self, cause: FaultCause) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Line:
    """A checked row."""

    id_hash: str
    name: str
    birth_date: date
    district_id: int | None
    phone: str | None
    email: str | None
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose row it is: the national id, which is kept nowhere, and its hash."""

    national_id: str
    id_hash: str


class Checker:
    """Checks rows against what one municipality knows."""

    def __init__(self, place: Municipality, districts: Iterable[District], pepper: Pepper) -> None:
        self.place = place
        self.today = clock.now().date()
        self._pepper = pepper
        self._districts: dict[str, int] = {}
        for district in districts:
            for spelling in (district.code, *district.names.values()):
                self._districts[_folded(spelling)] = district.id
        self._region = {Country.GEORGIA: "GE", Country.BULGARIA: "BG"}.get(place.country)

    def person(self, row: Row) -> Person:
        """Whose row it is; raise Bad when it does not say that."""
        identity = row.get(Column.ID, _NOTHING)
        if not identity.text:
            raise Bad(FaultCause.NO_ID)
        if _unfit(identity):
            raise Bad(FaultCause.BROKEN_TEXT)
        try:
            national_id = normal_id(identity.text, self.place.country, was_number=identity.number)
        except BadId:
            raise Bad(FaultCause.BAD_ID) from None
        return Person(national_id, self._pepper.of_id(self.place.id, national_id))

    def check(self, row: Row, person: Person) -> Line:
        """The row as a line; raise Bad with the first cause found."""
        if any(map(_unfit, row.values())):
            raise Bad(FaultCause.BROKEN_TEXT)
        born = day_of(row.get(Column.BIRTH_DATE, _NOTHING), self.today)
        if born is None:
            raise Bad(FaultCause.BAD_BIRTH_DATE)
        said = birth_in_id(person.national_id, self.place.country)
        if said is not None and said != born:
            raise Bad(FaultCause.ID_AND_BIRTH_DIFFER)
        return Line(
            id_hash=person.id_hash,
            name=self._name(row),
            birth_date=born,
            district_id=self._district(row.get(Column.DISTRICT, _NOTHING).text),
            phone=self._phone(row.get(Column.PHONE, _NOTHING).text),
            email=_email(row.get(Column.EMAIL, _NOTHING).text),
            address=row.get(Column.ADDRESS, _NOTHING).text[:300],
            language=self._language(row.get(Column.LANGUAGE, _NOTHING).text),
        )

    def _name(self, row: Row) -> str:
        parts = (row.get(Column.NAME, _NOTHING).text, row.get(Column.FAMILY_NAME, _NOTHING).text)
        name = " ".join(part for part in parts if part)[:200]
        if not name and (Column.NAME in row or Column.FAMILY_NAME in row):
            raise Bad(FaultCause.NO_NAME)
        return name

    def _district(self, text: str) -> int | None:
        if not text:
            return None
        found = self._districts.get(_folded(text))
        if found is None:
            raise Bad(FaultCause.UNKNOWN_DISTRICT)
        return found

    def _phone(self, text: str) -> str | None:
        return normal_phone(text, self._region) if text else None

    def _language(self, text: str) -> str:
        wanted = text.casefold()[:2]
        return wanted if wanted in LANGUAGES else str(self.place.languages[0])


def normal_phone(text: str, region: str | None) -> str:
    """A phone number as E.164; raise Bad when it cannot be one."""
    # The plans of every country's numbers are large, and only the reading of a roll needs them.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Bad(FaultCause.BAD_PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise Bad(FaultCause.BAD_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _unfit(cell: Cell) -> bool:
    return broken(cell.text) or len(cell.text) > 500


def _email(text: str) -> str | None:
    if not text:
        return None
    name, _, host = text.rpartition("@")
    if not name or "." not in host or " " in text or len(text) > 320:
        raise Bad(FaultCause.BAD_EMAIL)
    return text.casefold()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


@dataclass
class Taken:
    """What became of a file so far."""

    counts: Counter[str] = field(default_factory=Counter)
    seen: set[bytes] = field(default_factory=set)
    """Whose line was taken, by the hash of the national id."""
    faulty: set[bytes] = field(default_factory=set)
    """Who is in the file with a line that could not be taken."""
    nameless: int = 0
    """Lines that do not say whose they are."""
    faults: list[tuple[int, FaultCause]] = field(default_factory=list)

    @property
    def tells_who_left(self) -> bool:
        """Whether every line says whose it is, so that whoever has none has left; no line at all tells nothing."""
        return not self.nameless and bool(self.seen or self.faulty)

    def has(self, key: bytes) -> bool:
        """Whether somebody is in the file, with a good line or a bad one."""
        return key in self.seen or key in self.faulty

    def fault(self, line: int, cause: FaultCause) -> None:
        """Note a line that was not taken; after very many only their number."""
        self.counts["bad"] += 1
        if self.counts["bad"] <= MOST_FAULTS:
            self.faults.append((line, cause))


class Intake:
    """One import into one municipality's roll."""

    def __init__(self, database: Database, checker: Checker, import_id: int) -> None:
        self._database = database
        self._checker = checker
        self._import_id = import_id
        # Nearly everybody has a phone of their own, and a set for each of half a million would weigh a hundred megabytes.
        self._owners: dict[str, tuple[bytes, ...]] = {}
        self.taken = Taken()

    def take(self, rows: Iterable[tuple[int, Row]], tell: Callable[[int], None]) -> Taken:
        """Take every row of a file; `tell` is called with the number of rows that are done."""
        rows = iter(rows)
        self._count_phones()
        done = 0
        while batch := list(islice(rows, BATCH)):
            lines = list(self._checked(batch))
            with self._database.transaction() as session:
                self._write(session, lines)
            done += len(batch)
            tell(done)
        return self.taken

    def _count_phones(self) -> None:
        """Phones already on the roll, so that a third person cannot be added to one."""
        with self._database.read() as session:
            known = session.execute(
                select(RollEntry.id_hash, RollEntry.phone).where(
                    RollEntry.municipality_id == self._checker.place.id,
                    RollEntry.phone.is_not(None),
                    RollEntry.removed_at.is_(None),
                ),
                execution_options={"yield_per": BATCH},
            )
            for id_hash, phone in known:
                number = phone or ""
                self._owners[number] = (*self._owners.get(number, ()), bytes.fromhex(id_hash))

    def _checked(self, batch: list[tuple[int, Row]]) -> Iterator[Line]:
        for number, row in batch:
            try:
                person = self._checker.person(row)
            except Bad as bad:
                self.taken.nameless += 1
                self.taken.fault(number, bad.cause)
                continue
            key = bytes.fromhex(person.id_hash)
            try:
                if key in self.taken.seen:
                    raise Bad(FaultCause.TWICE)
                line = self._checker.check(row, person)
                if line.phone:
                    self._own(line.phone, key)
            except Bad as bad:
                self.taken.faulty.add(key)
                self.taken.fault(number, bad.cause)
                continue
            self.taken.seen.add(key)
            yield line

    def _own(self, phone: str, key: bytes) -> None:
        """Note whose phone it is; raise Bad for one person too many."""
        owners = self._owners.get(phone, ())
        if key in owners:
            return
        if len(owners) >= MOST_SHARING_A_PHONE:
            raise Bad(FaultCause.PHONE_SHARED)
        self._owners[phone] = (*owners, key)

    def _write(self, session: Session, lines: list[Line]) -> None:
        """Add who is new, change what is different, note the faults so far, and count."""
        known = self._known(session, lines)
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for line in lines:
            before = known.get(line.id_hash)
            values = {name: getattr(line, name) for name in _FIELDS}
            if before is None:
                new.append({"municipality_id": self._checker.place.id, "id_hash": line.id_hash, **values})
            elif before.removed_at or any(getattr(before, name) != value for name, value in values.items()):
                changed.append({"entry": before.id, **{f"new_{name}": values[name] for name in _FIELDS}})
        insert_many(session.connection(), RollEntry, new)
        if changed:
            session.connection().execute(_CHANGE, changed)
        self._keep_faults(session)
        self.taken.counts["added"] += len(new)
        self.taken.counts["changed"] += len(changed)
        self.taken.counts["unchanged"] += len(lines) - len(new) - len(changed)

    def _known(self, session: Session, lines: list[Line]) -> dict[str, Any]:
        """What the roll says of these people now, by their number's hash."""
        fields = (getattr(RollEntry, name) for name in _FIELDS)
        rows = session.execute(
            select(RollEntry.id, RollEntry.id_hash, RollEntry.removed_at, *fields).where(
                RollEntry.municipality_id == self._checker.place.id,
                among(session, RollEntry.id_hash, [line.id_hash for line in lines]),
            )
        )
        return {row.id_hash: row for row in rows}

    def _keep_faults(self, session: Session) -> None:
        if self.taken.faults:
            session.execute(
                insert(RollFault),
                [
                    {"import_id": self._import_id, "line": line, "cause": cause}
                    for line, cause in self.taken.faults
                ],
            )
            self.taken.faults.clear()


def remove_missing(database: Database, place_id: int, taken: Taken, at: datetime) -> int:
    """Take off the roll whoever was not in a complete file; return how many. A bad line takes nobody off."""
    with database.read() as session:
        rows = session.execute(
            select(RollEntry.id, RollEntry.id_hash)
            .where(RollEntry.municipality_id == place_id, RollEntry.removed_at.is_(None))
            .execution_options(yield_per=BATCH)
        )
        gone = [entry_id for entry_id, id_hash in rows if not taken.has(bytes.fromhex(id_hash))]
    for start in range(0, len(gone), BATCH):
        with database.transaction() as session:
            session.execute(
                update(RollEntry).where(RollEntry.id.in_(gone[start : start + BATCH])).values(removed_at=at)
            )
    return len(gone)


def summary(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of an import with every name present."""
    return {name: counts.get(name, 0) for name in ("added", "changed", "unchanged", "removed", "bad")}
