"""What the drill changes in the product's own processes, from outside of the product.

Python imports a module of this name at its start wherever the drill puts this folder on
PYTHONPATH. So the commands stay those of `make run`, and nothing in the product knows of it.

CHAOS_FACTOR   scales leases, deadlines and intervals; this is the one place it is read. 1 is real.
CHAOS_POINTS   a folder: a process that reaches a point for which a file lies there gets the signal
               written in it. Renaming the file takes it, so one file is one signal. With it mails
               whose subject begins with "poison" harm whoever writes them.
CHAOS_LEAK     every round of sending leaks so many megabytes.
CHAOS_CLOCK    a file with the seconds by which the wall clock is wrong; it may change at any time.
"""

import datetime
import functools
import importlib.machinery
import os
import signal
import sys
import time
from email.errors import HeaderParseError
from typing import Any

FACTOR = float(os.environ.get("CHAOS_FACTOR", "1"))
POINTS = os.environ.get("CHAOS_POINTS", "")
LEAK = int(os.environ.get("CHAOS_LEAK", "0"))
CLOCK = os.environ.get("CHAOS_CLOCK", "")

# Scaled as they stand; a name that is gone from the product stops the drill.
SCALED = {
    "outbox.claims": ("LEASE", "IN_DOUBT", "GIVE_UP", "_LADDER", "_FALL_LADDER", "_UNREACHED"),
    "outbox.smtp": ("BEFORE_DOT", "AFTER_DOT", "_TO_CONNECT", "_TO_PART"),
    "outbox.work": ("_BUDGET",),
    "outbox.poll": ("_EVERY", "_HUNG"),
    "outbox.guard": ("OLDER", "_EVERY"),
    "outbox.tasks": ("_OFTEN", "_HEARD"),
    "outbox.models.message": ("STUCK",),
    "outbox.watchdog": ("_NO_BEAT", "_DOZED"),
    "supportnet.local.supervisor": ("_LONGEST_PAUSE", "_WELL_AFTER"),
}
# (module, owner inside it, function): the point is reached before it runs, or after.
CRASH_POINTS = {
    "claimed": ("outbox.claims", "", "claim", "after"),
    "connected": ("outbox.smtp", "Connection", "open", "after"),
    "fenced": ("outbox.claims", "Fence", "still_ours", "after"),
    "dot": ("outbox.journal", "Journal", "hands_over", "after"),
    "answered": ("outbox.journal", "Journal", "accepted", "before"),
    "noted": ("outbox.journal", "Journal", "accepted", "after"),
    "settling": ("outbox.claims", "", "settle", "before"),
    "settled": ("outbox.claims", "", "settle", "after"),
    "tick": ("checkins.dispatch", "", "tick", "before"),
    "opening": ("checkins.dispatch", "", "_open_batch", "after"),
    "ticked": ("checkins.dispatch", "", "tick", "after"),
    "beat_sends": ("celery.beat", "Scheduler", "apply_async", "before"),
    "beat_sent": ("celery.beat", "Scheduler", "apply_async", "after"),
}


def scaled(value: Any) -> Any:
    """A span, a number or a ladder of them, on the drill's clock."""
    if isinstance(value, tuple):
        return tuple(scaled(step) for step in value)
    return value * FACTOR


def reach(point: str) -> None:
    """Take the signal that waits for whoever reaches this point, if one does."""
    waiting = os.path.join(POINTS, point)
    taken = f"{waiting}.taken.{os.getpid()}"
    try:
        os.rename(waiting, taken)
    except OSError:
        return
    with open(taken) as file:
        os.kill(os.getpid(), int(file.read()))


def _poisonous(write: Any) -> Any:
    def writing(message: Any, mail: Any, *rest: Any) -> Any:
        match mail.subject:
            case "poison render":
                raise KeyError(mail.subject)
            case "poison header":
                raise HeaderParseError(mail.subject)
            case "poison recursion":
                return writing(message, mail, *rest)
            case "poison segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
        return write(message, mail, *rest)

    return writing


def _with_point(function: Any, point: str, when: str) -> Any:
    @functools.wraps(function)
    def passing(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            reach(point)
        result = function(*args, **kwargs)
        if when == "after":
            reach(point)
        return result

    return passing


def _change(module: Any) -> None:
    if FACTOR != 1:
        for name in SCALED.get(module.__name__, ()):
            setattr(module, name, scaled(getattr(module, name)))
        _scale_what_was_computed(module)
    if POINTS and module.__name__ == "outbox.letter":
        module.to_bytes = _poisonous(module.to_bytes)
    if LEAK and module.__name__ == "outbox.work":
        module.work = _leaking(module.work, LEAK)
    if CLOCK and module.__name__ == "django.utils.timezone":
        module.now = _wrong(module.now, lambda seconds: datetime.timedelta(seconds=seconds))
    if POINTS:
        for point, (where, owner, name, when) in CRASH_POINTS.items():
            if where == module.__name__:
                holder = getattr(module, owner) if owner else module
                setattr(holder, name, _with_point(getattr(holder, name), point, when))


def _leaking(function: Any, megabytes: int) -> Any:
    leaked = []

    @functools.wraps(function)
    def leak(*args: Any, **kwargs: Any) -> Any:
        leaked.append(b"x" * (megabytes << 20))
        return function(*args, **kwargs)

    return leak


def _wrong(now: Any, span: Any) -> Any:
    @functools.wraps(now)
    def wrong() -> Any:
        with open(CLOCK) as file:
            return now() + span(float(file.read()))

    return wrong


def _scale_what_was_computed(module: Any) -> None:
    if module.__name__ == "outbox.work":
        # Computed from two that are scaled already, and twenty seconds that are not.
        module._LEASE_TO_START -= 20 * (1 - FACTOR)
    if module.__name__ == "supportnet.celery":
        module.app.on_after_finalize.connect(_scale_beat, weak=False)


def _scale_beat(sender: Any, **kwargs: Any) -> None:
    for entry in sender.conf.beat_schedule.values():
        entry["schedule"] *= FACTOR
        # Seconds are the smallest step that a message's end has.
        entry["options"]["expires"] = max(1, entry["options"]["expires"] * FACTOR)


class _Changed(importlib.machinery.PathFinder):
    """Finds the few modules that the drill changes; everything else is found as ever."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in CHANGED:
            return None
        spec = super().find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_change(module: Any) -> None:
                run(module)
                _change(module)

            spec.loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec


CHANGED = {
    *SCALED,
    "supportnet.celery",
    "outbox.letter",
    "django.utils.timezone",
    *(where for where, *_rest in CRASH_POINTS.values()),
}
# Imported by the drill under its full name it only tells the factor.
if __name__ == "sitecustomize" and (FACTOR != 1 or POINTS):
    sys.meta_path.insert(0, _Changed)
    if CLOCK:
        time.time = _wrong(time.time, float)
