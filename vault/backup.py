"""Backups that an erasure reaches: the data file holds no key, and keys files do not grow old.

A backup is two files with one stamp: ``supportnet-STAMP.data`` (everything but keys, sessions and
counters) and ``supportnet-STAMP.keys`` (the wrapped keys). Only the newest two keys files exist.
Whoever was erased since has no key in them, so an old data file cannot give their words back, and
``prune`` drops their rows after a restore. Keys stay wrapped: without the master ring from the
environment both files together open nothing.
"""

import base64
import contextlib
import datetime as dt
import fcntl
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from vault.models import Key
from vault.part import keyed_models, parts

KEYS_KEPT = 2
_FORMAT = 1
_DRAFT = ".supportnet.draft"


class BackupError(Exception):
    """What stands in the way of a backup or a restore, in words for the operator."""


def write(folder: Path, *, now: dt.datetime) -> tuple[Path, Path]:
    """Write data first and keys after it, so that the keys cover every row; forget older keys.

    Raises BackupError when the database gives none, or another one is being written here.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = now.strftime("%Y%m%dT%H%M%S%fZ")
    data, keys = folder / f"supportnet-{stamp}.data", folder / f"supportnet-{stamp}.keys"
    with _alone_in(folder):
        with _draft(folder) as draft:
            _dump(draft)
            _publish(draft, data)
        with _draft(folder) as draft:
            rows = [_to_row(key) for key in _keys()]
            draft.write_text(json.dumps({"format": _FORMAT, "keys": rows}))
            _publish(draft, keys)
        for old in sorted(folder.glob("supportnet-*.keys"))[:-KEYS_KEPT]:
            old.unlink()
    return data, keys


def restore(data: Path) -> int:
    """Put a data file back, give it the newest keys beside it, and prune. Returns rows dropped.

    Raises BackupError when no keys file is at least as new as the data: the people who joined in
    between would be lost.
    """
    keys_files = sorted(data.parent.glob("supportnet-*.keys"))
    if not keys_files or keys_files[-1].stem < data.stem:
        raise BackupError("The keys file of this backup, or a newer one, has to lie beside it.")
    rows = json.loads(keys_files[-1].read_text())
    if rows.get("format") != _FORMAT:
        raise BackupError("This keys file was written by another version of SupportNet.")
    _load(data)
    with transaction.atomic():
        Key.objects.all().delete()
        Key.objects.bulk_create(_from_row(row) for row in rows["keys"])
    return prune()


def prune() -> int:
    """Delete every row whose key is gone: what an erasure promised. Returns how many."""
    dropped = 0
    with transaction.atomic():
        for model, path in keyed_models():
            if model is Key:
                continue
            gone = model._default_manager.exclude(**{f"{path}__in": Key.objects.values("id")})
            dropped += gone.delete()[0]
    return dropped


def _left_out() -> list[str]:
    return [model._meta.db_table for model, part in parts() if not part.in_backup]


def _keys() -> Any:
    return Key.objects.order_by("made_at", "id")


def _to_row(key: Key) -> dict[str, Any]:
    return {
        "id": key.pk,
        "ring": key.ring,
        "wrapped": base64.b64encode(bytes(key.wrapped)).decode(),
        "is_installation": key.is_installation,
        "made_at": key.made_at.isoformat(),
    }


def _from_row(row: dict[str, Any]) -> Key:
    return Key(
        id=row["id"],
        ring=row["ring"],
        wrapped=base64.b64decode(row["wrapped"]),
        is_installation=row["is_installation"],
        made_at=dt.datetime.fromisoformat(row["made_at"]),
    )


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupError("Another backup is being written here.") from None
    finally:
        os.close(handle)


@contextlib.contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A file for its owner alone, that is gone afterwards whatever happens."""
    draft = folder / _DRAFT
    # On SQLite the keys stand in it for a moment: what a killed backup left does not stay.
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, final: Path) -> None:
    with draft.open("rb") as handle:
        os.fsync(handle.fileno())
    draft.replace(final)


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        _dump_sqlite(target)
        return
    left_out = [f"--exclude-table-data={table}" for table in _left_out()]
    _run("pg_dump", "--format=custom", "--no-owner", *left_out, f"--file={target}")


def _dump_sqlite(target: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        copy.execute("PRAGMA secure_delete=ON")
        for table in _left_out():
            copy.execute(f'DELETE FROM "{table}"')  # noqa: S608  names of our own tables
        # The pages that held the keys leave the file altogether.
        copy.execute("VACUUM")
    finally:
        copy.close()


def _load(data: Path) -> None:
    if connection.vendor != "sqlite":
        _run(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(data)
        )
        return
    source = sqlite3.connect(f"file:{data}?mode=ro", uri=True)
    try:
        connection.ensure_connection()
        source.backup(connection.connection)
    finally:
        source.close()


def _run(program: str, *arguments: str) -> None:
    settings = connection.settings_dict
    environment = os.environ | {
        "PGHOST": settings["HOST"] or settings.get("OPTIONS", {}).get("host", ""),
        "PGPORT": str(settings["PORT"] or ""),
        "PGUSER": settings["USER"] or "",
        "PGPASSWORD": settings["PASSWORD"] or "",
        "PGDATABASE": settings["NAME"],
    }
    environment = {name: value for name, value in environment.items() if value}
    arguments = (f"--dbname={settings['NAME']}", *arguments)
    try:
        done = subprocess.run(  # noqa: S603  a fixed program, arguments of our own
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BackupError(
            f"{program} was not found. Install PostgreSQL's client programs."
        ) from None
    if done.returncode:
        raise BackupError(f"{program} said: {done.stderr.strip()[:500]}")
