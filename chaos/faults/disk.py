"""Disks that are full, and databases that come back from yesterday."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections

from chaos import people, servers
from chaos.book import POSTGRES, fault
from chaos.clock import scaled, until
from chaos.stage import ROOT, Stage
from chaos.visitor import Crowd
from outbox.models import Hold, Message

_MEGABYTE = 1 << 20
_FREE = 24 * _MEGABYTE


@fault("F25", needs=("root",), real="", late=900, timeout=300)
def disk_full(stage: Stage) -> None:
    """No room for notes: nothing is sent. No room for rows: nothing is called kept. Both heal."""
    notes = stage.var / "journal"
    notes.mkdir(exist_ok=True)
    house = stage.folder / "data" if stage.mode == POSTGRES else stage.var
    _on_a_small_disk(stage, house, _FREE)
    if stage.mode == POSTGRES:
        _on_a_small_disk(stage, notes, 2 * _MEGABYTE)
    stage.start_servers()
    stage.start()
    if stage.mode == POSTGRES:
        with _full(notes):
            people.post(stage, 30)
            _pass(stage, 90)
            assert not stage.mail.taken(), "sent without notes"
        stage.quiet()
    check_ins = people.asked(stage, 60)
    with _full(house), Crowd(stage, check_ins[:30]) as crowd:
        pass
    stage.told["kept_while_full"] = crowd.acknowledged
    assert set(crowd.statuses) <= {0, 200, 302, 500, 503}, f"{crowd.statuses}"
    until(stage.is_up, "the site to heal")
    until(lambda: _asks(stage), "the database to heal")
    with Crowd(stage, check_ins[30:]) as crowd:
        pass
    assert set(crowd.statuses) == {200}, f"afterwards {crowd.statuses}"


@fault("F34", late=900, timeout=300)
def yesterdays_backup(stage: Stage) -> None:
    """A database from before is put back past `restore`: held, nothing leaves twice until told."""
    stage.start_servers()
    stage.start()
    people.post(stage, 10)
    stage.quiet()
    _stop_the_hands(stage)
    _waiting_since_yesterday(stage, 20)
    kept = _copied(stage)
    stage.start()
    stage.quiet()
    _pass(stage, 1000)
    _stop_the_hands(stage)
    _put_back(stage, kept)
    stage.start()
    until(lambda: Hold.objects.is_on(), "sending to be held", scaled(300) + 30)
    _pass(stage, 120)
    assert Message.objects.unsent().count() == 20, "what left yesterday is gone from the queue"
    skip = [sys.executable, "manage.py", "sending", "skip"]
    subprocess.run(skip, cwd=ROOT, check=True, capture_output=True)
    people.post(stage, 10)


def _on_a_small_disk(stage: Stage, path: Path, free: int) -> None:
    """Move a folder to a disk in memory with so many bytes left."""
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    path.mkdir()
    used = sum(file.stat().st_size for file in aside.rglob("*") if file.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={used + free}", "tmpfs", str(path)]
    subprocess.run(mount, check=True)
    stage.at_end.insert(0, lambda: subprocess.run(["umount", "-l", str(path)], check=False))
    subprocess.run(["cp", "-a", f"{aside}/.", str(path)], check=True)
    shutil.rmtree(aside)


@contextlib.contextmanager
def _full(folder: Path) -> Iterator[None]:
    """Leave no byte free, also where a file goes meanwhile."""
    over = threading.Event()
    filler = folder / ".filler"  # senders take a file without a dot for one that a dead one left
    _fill(filler)

    def keep_full() -> None:
        while not over.wait(0.02):
            _fill(filler)

    keeper = threading.Thread(target=keep_full)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        filler.unlink()


def _fill(filler: Path) -> None:
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        for block in (_MEGABYTE, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"0" * block)


def _pass(stage: Stage, seconds: float) -> None:
    """Let so many seconds of the product's clock pass."""
    began, span = stage.now(), scaled(seconds)
    until(lambda: stage.now() - began > span, f"{seconds} seconds", span + 10)


def _asks(stage: Stage) -> bool:
    """Whether the database takes a row."""
    try:
        people.person(stage)
    except Exception:
        connections.close_all()
        return False
    return True


def _stop_the_hands(stage: Stage) -> None:
    for name in list(stage.keeper.services):
        if name not in ("postgres", "valkey"):
            stage.stop(name)
    if stage.mode != POSTGRES:
        until(lambda: not stage.pids(), "the last of them to end")
    connections.close_all()


def _waiting_since_yesterday(stage: Stage, count: int) -> None:
    """Mails of a kind that is held; sign-in codes leave in any case."""
    for message in people.post(stage, count):
        Message.objects.filter(pk=message.pk).update(kind="sleep")


def _copied(stage: Stage) -> Path:
    kept = stage.folder / "yesterday"
    if stage.mode == POSTGRES:
        dump = [servers.programs() / "pg_dump", "-Fc", "-f", kept, stage.database_url()]
        subprocess.run([str(word) for word in dump], check=True)
    else:
        ours, copy = sqlite3.connect(settings.DATABASES["default"]["NAME"]), sqlite3.connect(kept)
        with ours, copy:
            ours.backup(copy)
    return kept


def _put_back(stage: Stage, kept: Path) -> None:
    """As somebody does it who never heard of `manage.py restore`."""
    connections.close_all()
    if stage.mode == POSTGRES:
        put = [servers.programs() / "pg_restore", "--clean", "--if-exists", "--no-owner"]
        put += ["-d", stage.database_url(), kept]
        subprocess.run([str(word) for word in put], check=True, capture_output=True)
        return
    place = Path(settings.DATABASES["default"]["NAME"])
    for beside in place.parent.glob(f"{place.name}-*"):
        beside.unlink()
    place.unlink()
    shutil.copy(kept, place)
