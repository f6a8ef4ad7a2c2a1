"""Backups: what stands in them, what an erasure takes out of old ones, what comes back."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Person
from checkins.models import Answer
from supportnet import my_data
from tests import seeds
from vault import backup
from vault.models import Key
from vault.part import keyed_models

pytestmark = pytest.mark.django_db(transaction=True)

NOW = seeds.NOW
LATER = NOW + dt.timedelta(hours=1)


def rows() -> dict[str, list[str]]:
    """Every row of every keyed table, as it stands."""
    found = {}
    with connection.cursor() as cursor:
        for model, _ in keyed_models():
            if not model.part.in_backup:  # nobody needs to stay signed in over a restore
                continue
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found[model._meta.label] = sorted(_as_text(row) for row in cursor.fetchall())
    return found


def _as_text(row: tuple) -> str:
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in row])


def text_of(data: Path) -> bytes:
    """What a reader of a data file finds in it."""
    if connection.vendor == "sqlite":
        return data.read_bytes()
    done = subprocess.run(["pg_restore", "--file=-", str(data)], capture_output=True, check=True)
    return done.stdout


def test_a_data_file_holds_no_key_and_no_word(tmp_path):
    person = seeds.everything_of("canary")
    wrapped = bytes(Key.objects.get(pk=person.key_id).wrapped)

    data, keys = backup.write(tmp_path, now=NOW)

    text = text_of(data)
    assert b"canary@example.org" in text, "the address stands in clear: the search works"
    assert wrapped not in text
    assert wrapped.hex().encode() not in text
    for word in [b"canary-note", b"canary-reply", b"canary-label", b"canary-member@example.org"]:
        assert word not in text
        assert word not in keys.read_bytes()


def test_a_restore_brings_everything_back(tmp_path):
    ana = seeds.everything_of("ana")
    before = rows()
    data, _ = backup.write(tmp_path, now=NOW)
    my_data.erase(ana)
    assert not Person.objects.filter(is_staff=False).exists()

    dropped = backup.restore(data)

    assert dropped == 0
    assert rows() == before
    assert Answer.objects.get().note == "ana-note"


def test_an_erased_person_does_not_come_back_from_an_old_backup(tmp_path):
    ana, ben = seeds.everything_of("ana"), seeds.everything_of("ben")
    assert seeds.tables_without(ana) == []
    old, _ = backup.write(tmp_path, now=NOW)
    my_data.erase(ana)
    bens = rows()
    backup.write(tmp_path, now=LATER)

    dropped = backup.restore(old)

    assert dropped > 0
    assert rows() == bens
    assert [person.pk for person in Person.objects.filter(is_staff=False)] == [ben.pk]
    assert b"ana" not in text_of(backup.write(tmp_path, now=LATER + dt.timedelta(hours=1))[0])


def test_an_old_data_file_opens_nothing_of_an_erased_person(tmp_path):
    ana = seeds.everything_of("ana")
    old, _ = backup.write(tmp_path, now=NOW)
    my_data.erase(ana)
    for hour in (1, 2):
        backup.write(tmp_path, now=NOW + dt.timedelta(hours=hour))

    keys = sorted(tmp_path.glob("*.keys"))
    assert len(keys) == 2
    assert all(str(ana.key_id) not in file.read_text() for file in keys)
    assert b"ana-note" not in text_of(old)


def test_a_backup_newer_than_every_keys_file_is_refused(tmp_path):
    seeds.everything_of("ana")
    data, keys = backup.write(tmp_path, now=NOW)
    keys.unlink()
    before = rows()

    with pytest.raises(CommandError):
        call_command("restore", data)

    assert rows() == before


def test_backup_files_can_be_read_by_their_owner_alone(tmp_path):
    seeds.everything_of("ana")

    for file in backup.write(tmp_path / "backups", now=NOW):
        assert file.stat().st_mode & 0o077 == 0


def test_what_a_killed_backup_left_is_gone_after_the_next_one(tmp_path):
    """Halfway, a copy of the database with its keys may stand in the folder."""
    key = Key.objects.get(pk=seeds.everything_of("ana").key_id)
    (tmp_path / backup._DRAFT).write_bytes(b"a copy of everything, and " + bytes(key.wrapped))

    backup.write(tmp_path, now=NOW)

    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".data", ".keys"]


def test_a_backup_that_fails_leaves_nothing_half_written(tmp_path):
    (tmp_path / "supportnet-20261126T080000000000Z.keys").mkdir()
    with pytest.raises(OSError):
        backup.write(tmp_path, now=dt.datetime(2026, 11, 26, 8, tzinfo=dt.UTC))
    assert not list(tmp_path.glob(".*"))


def test_until_it_is_whole_a_backup_is_its_owners_alone(tmp_path):
    """Also in a folder that others may look into."""
    tmp_path.chmod(0o755)
    with backup._draft(tmp_path) as draft:
        assert draft.stat().st_mode & 0o777 == 0o600


def test_two_backups_do_not_write_over_each_other(tmp_path):
    with backup._alone_in(tmp_path), pytest.raises(backup.BackupError):
        backup.write(tmp_path, now=NOW)
    assert list(tmp_path.iterdir()) == []
    backup.write(tmp_path, now=NOW)
