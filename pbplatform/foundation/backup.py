"""Backup while the platform runs, restore in place: both through the database's own means, never by copying files.

A backup is one ZIP: `manifest.json` (release, time, digests), the database (an SQLite file or pg_dump's custom format)
and the uploaded files. Secrets are not in it: keys and pepper are kept apart, on purpose. Nor are files that only pass
through, such as letters with codes and voter rolls that wait to be read: a backup outlives them by years.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from pbplatform.foundation import clock, highwater
from pbplatform.foundation.files import PASSING, FileMissing, Files, whole

FORMAT = 1

EMPTY = """
set local client_min_messages = warning;
do $$
declare
    found text;
begin
    for found in
        select format('%I.%I', current_schema(), relname) from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not exists (
            select from pg_depend
            where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
        )
    loop
        execute 'drop table if exists ' || found || ' cascade';
    end loop;
end
$$;
"""
"""Drops every table but those of extensions: also one of a later release, which the backup does not know."""


class BadBackup(Exception):
    """The file is no backup of this platform, is damaged, or is for another kind of database."""


class ToolFailed(Exception):
    """A program of PostgreSQL is not there, or says why it could not do its work."""


def back_up(engine: Engine, files: Files, target: Path) -> dict[str, Any]:
    """Write a backup to `target`, whole or not at all, and return its manifest."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / "database"
        _dump(engine, dump)
        digests = {"database": _digest(dump)}
        with (
            whole(target) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
        ):
            archive.write(dump, "database")
            for key in files.all_keys():
                if key.startswith(PASSING):
                    continue
                try:
                    content = files.get(key)
                except FileMissing:
                    # It was forgotten since the list was made.
                    continue
                digests[f"files/{key}"] = hashlib.sha256(content).hexdigest()
                archive.writestr(f"files/{key}", content)
            manifest = {
                "format": FORMAT,
                "database": engine.dialect.name,
                "made_at": clock.now().isoformat(),
                "sha256": digests,
            }
            archive.writestr("manifest.json", json.dumps(manifest, indent=1, sort_keys=True))
    return manifest


def restore(engine: Engine, files: Files, source: Path) -> dict[str, Any]:
    """Put a backup's content in the place of the present one; everything is checked before anything is touched.

    Files come back before the rows that speak of them: where there is no room for them, the database stays as it is.
    """
    try:
        with zipfile.ZipFile(source) as archive, tempfile.TemporaryDirectory() as folder:
            manifest = _checked_manifest(archive, engine)
            dump = Path(folder) / "database"
            dump.write_bytes(archive.read("database"))
            kept = {name.removeprefix("files/") for name in manifest["sha256"] if name.startswith("files/")}
            for key in sorted(kept):
                files.put(key, archive.read(f"files/{key}"))
            _load(engine, dump)
            for key in set(files.all_keys()) - kept:
                files.delete(key)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError) as problem:
        raise BadBackup(f"{source}: {problem}") from problem
    return manifest


def _checked_manifest(archive: zipfile.ZipFile, engine: Engine) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        raise BadBackup(f"format {manifest.get('format')} is not known to this release")
    if manifest["database"] != engine.dialect.name:
        raise BadBackup(
            f"the backup is of {manifest['database']}, the installation runs on {engine.dialect.name}"
        )
    for name, expected in manifest["sha256"].items():
        with archive.open(name) as content:
            # The type of the library asks for the methods of a buffer; a member of an archive has those that are used.
            if hashlib.file_digest(content, "sha256").hexdigest() != expected:  # type: ignore[arg-type]
                raise BadBackup(f"{name} is damaged")
    return manifest


def _dump(engine: Engine, target: Path) -> None:
    if engine.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(str(engine.url.database))) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        return
    _postgres(engine, "pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _load(engine: Engine, dump: Path) -> None:
    if engine.dialect.name == "sqlite":
        # The backup API writes page by page under SQLite's own locks, so running readers and writers stay sound.
        with (
            closing(sqlite3.connect(dump)) as copy,
            closing(sqlite3.connect(str(engine.url.database), timeout=60)) as live,
        ):
            if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise BadBackup("the database inside is damaged")
            # What comes back is older, on purpose: its count of changes is set ahead, so that nobody takes it for a loss.
            ahead = max(highwater.count_of(live), highwater.count_of(copy)) + highwater.LEAP
            highwater.raise_count(copy, ahead)
            copy.backup(live)
            live.execute("PRAGMA journal_mode=WAL")
        return
    # Only psql empties and fills in one transaction: whatever fails, the database stays as it was.
    script = dump.with_name("script.sql")
    _postgres(engine, "pg_restore", "--clean", "--if-exists", "--no-owner", f"--file={script}", str(dump))
    _postgres(
        engine,
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--command={EMPTY}",
        f"--file={script}",
    )


def _postgres(engine: Engine, command: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, which learns from its environment where the database is."""
    url = engine.url
    place = {
        "PGHOST": url.host or "localhost",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    try:
        done = subprocess.run(  # noqa: S603 (fixed commands, no shell)
            [command, *arguments],
            env=os.environ | {name: str(value) for name, value in place.items() if value},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise ToolFailed(f"{command} is not installed on this machine") from None
    if done.returncode:
        raise ToolFailed(f"{command}: {done.stderr.strip()[:500]}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
