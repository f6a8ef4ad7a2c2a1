"""Logs that tell what happened and never what was said, to whom, or by which link."""

import datetime
import logging
import re
import traceback
import uuid
from types import TracebackType
from typing import Any

WITHHELD = "(withheld)"

_PLAIN = (int, float, bool, type(None), uuid.UUID, datetime.date, datetime.time, datetime.timedelta)
_LONGEST = 120
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")
_WEB_PATH = re.compile(r"(https?://[^\s/?#\"']+)[/?#][^\s\"']*")
# A 128-bit code is at least 22 letters of base64. Letters and digits mixed, so that names of
# functions and migrations stay readable; uuids are public ids and stay too.
_UUID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
_TOKEN = re.compile(rf"(?<![\w~-])(?!{_UUID}\b)(?=[\w~-]*[0-9])(?=[\w~-]*[A-Za-z])[\w~-]{{22,}}")


class NoWords(logging.Filter):
    """Rewrites a record before it is written: routes for paths, classes for objects and errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        route = _route(record)
        if record.name == "django.db.backends":
            record.msg, record.args = "a query was run", ()
        record.args = _plain_args(record.args, route)
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            text = str(record.msg)
        record.msg, record.args = scrub(text), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = stack(record.exc_info[1])
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = WITHHELD
        return True


def scrub(text: str) -> str:
    """``text`` without addresses, paths of links and long codes."""
    text = _ADDRESS.sub("(address)", text)
    text = _WEB_PATH.sub(r"\1/(path)", text)
    return _TOKEN.sub("(code)", text)


def stack(error: BaseException) -> str:
    """Where an error was raised and of which class: its message may quote what someone wrote."""
    lines = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines += [stack(cause), "", "and then:", ""]
    lines += _frames(error.__traceback__)
    lines.append(f"{type(error).__module__}.{type(error).__qualname__} {WITHHELD}")
    return "\n".join(lines)


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]


def _route(record: logging.LogRecord) -> str:
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return f"route {match.route or '/'}" if match else "(no route)"


def _plain_args(args: Any, route: str) -> Any:
    if isinstance(args, dict):
        return {name: _plain(value, route) for name, value in args.items()}
    return tuple(_plain(value, route) for value in args or ())


def _plain(value: Any, route: str) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, type):
        return value.__name__
    if not isinstance(value, str):
        return f"<{type(value).__name__}>"
    if value.startswith("/"):
        return route
    return value if len(value) <= _LONGEST else WITHHELD
