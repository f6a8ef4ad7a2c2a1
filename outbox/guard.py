"""Notices that an older database took the place of ours, and holds sending before it begins.

Whoever puts back a snapshot or a copied file past ``manage.py restore`` brings back mails that wait
there and left long ago. Beside the journals lies a mark of when this machine was last heard; the
same moment stands in the database. Older there than here: the database was put back. A machine that
was off for days finds both equally old, and sends what is still of use.
"""

import contextlib
import datetime as dt
import logging
import secrets
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from outbox.models import Hold, Message, Pulse

logger = logging.getLogger(__name__)

# A replica that takes over may lack some seconds; a backup lacks more than this.
OLDER = dt.timedelta(minutes=15)
_EVERY = dt.timedelta(seconds=15)
# When the operator last said how to go on: whatever was known before counts no more.
_WORD = "operator's word"


class Mark(NamedTuple):
    """What this machine remembers: its own name, and when it was last heard."""

    machine: str
    heard_at: dt.datetime


def look(*, now: dt.datetime) -> None:
    """Hold sending when the database lacks what this machine remembers, then remember anew."""
    mark = _read()
    is_older = mark is not None and _is_older(mark)
    if mark and not is_older and now - mark.heard_at < _EVERY:
        return
    machine = mark.machine if mark else f"machine {secrets.token_hex(8)}"
    with transaction.atomic():
        if is_older and not Hold.objects.is_on():
            Hold.objects.begin("older database", now=now)
            logger.error("The database is older than this machine remembers: sending is held.")
        moved = Pulse.objects.advance(machine, every=_EVERY, now=now)
    if moved:
        _write(Mark(machine, now))


def go_on(*, now: dt.datetime) -> None:
    """The operator said how to go on: sending is held no more, on no machine."""
    Hold.objects.all().delete()
    Pulse.objects.advance(_WORD, every=dt.timedelta(0), now=now)


def _is_older(mark: Mark) -> bool:
    newest = Pulse.objects.newest([mark.machine, _WORD])
    if newest is not None:
        return mark.heard_at - newest > OLDER
    # From before this machine was first heard. One that was made anew knows no older mail.
    return Message.objects.filter(made_at__lte=mark.heard_at).exists()


def _file() -> Path:
    return Path(settings.VAR_DIR) / "heartbeat"


def _read() -> Mark | None:
    with contextlib.suppress(OSError, ValueError):
        machine, heard_at = _file().read_text().strip().split("\t")
        return Mark(machine, dt.datetime.fromisoformat(heard_at))
    return None


def _write(mark: Mark) -> None:
    draft = _file().with_name(f".heartbeat.{secrets.token_hex(4)}")
    # Without it the next mark does; a disk that takes no notes stops the sender by itself.
    with contextlib.suppress(OSError):
        draft.write_text(f"{mark.machine}\t{mark.heard_at.isoformat()}\n")
        draft.replace(_file())
