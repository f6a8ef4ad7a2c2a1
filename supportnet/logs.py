"""Logs that tell what happened and never what was said, to whom, or by which link."""

import datetime
import json
import logging
import re
import traceback
import uuid
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from django.conf import settings

WITHHELD = "(withheld)"
# What is being worked on: the id of a request, the name and id of a task. It stands in each line.
about: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039 - never changed

_PLAIN = (int, float, bool, type(None), uuid.UUID, datetime.date, datetime.time, datetime.timedelta)
_LONGEST = 120
_OF_A_TASK = {"id", "name", "hostname", "runtime", "description"}
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")
_WEB_PATH = re.compile(r"(https?://[^\s/?#\"']+)[/?#][^\s\"']*")
# A 128-bit code is at least 22 letters of base64. Letters and digits mixed, so that names of
# functions and migrations stay readable; uuids are public ids and stay too.
_UUID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
_TOKEN = re.compile(rf"(?<![\w~-])(?!{_UUID}\b)(?=[\w~-]*[0-9])(?=[\w~-]*[A-Za-z])[\w~-]{{22,}}")


def shape(chosen: str, mode: str) -> str:
    """How lines look: ``json`` or ``plain``. Machines read them in production, people elsewhere."""
    return chosen or ("json" if mode == "production" else "plain")


class Lines(logging.Formatter):
    """One JSON object a line. Only what is named here gets in, whatever a record carries."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **about.get(),
            **getattr(record, "facts", {}),
        }
        if (request := getattr(record, "request", None)) is not None:
            said |= {"route": route_name(request), "status": getattr(record, "status_code", None)}
        if record.exc_text:
            said["error"] = record.exc_text
        return json.dumps(said, ensure_ascii=False, default=lambda thing: type(thing).__name__)


def route_name(request: Any) -> str:
    """What our list of routes calls this address: never the path, which may hold a code."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.view_name)
    return "static" if getattr(request, "path", "").startswith(settings.STATIC_URL) else "none"


class NoWords(logging.Filter):
    """Rewrites a record before it is written: routes for paths, classes for objects and errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        route = _route(record)
        if record.name == "django.db.backends":
            record.msg, record.args = "a query was run", ()
        if isinstance(record.args, dict):
            record.args = _named_args(record, record.args)
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
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    return f"route {route_name(request)}" if match else "(no route)"


def _named_args(record: logging.LogRecord, args: dict[str, Any]) -> Any:
    if "%(" not in str(record.msg):
        # One mapping alone stands for the names of a sentence, also where it has none.
        return (args,)
    if record.name.startswith("celery."):
        # It hands over errors, arguments and results as texts: of what a task was given.
        return {name: value if name in _OF_A_TASK else WITHHELD for name, value in args.items()}
    return args


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
