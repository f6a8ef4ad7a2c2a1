"""Errors told to a Sentry of the operator's choice, and only what is named here.

Nothing of the library's own collecting is used: an event is put together from where an error was
raised and of which class it was, the route or task, and our own sentence, scrubbed as in the log.
"""

import contextlib
import copy
import logging
import traceback
from typing import Any

from sentry_sdk import Client
from sentry_sdk.transport import Transport

from supportnet import logs

_NAMED = {
    "event_id", "timestamp", "platform", "level", "logger", "logentry", "tags", "exception",
    "environment", "sdk",
}  # fmt: skip
_LAST_WORDS = 2.0
_no_words = logs.NoWords()


class Handler(logging.Handler):
    """Sends what is logged as an error; what cannot be sent disturbs nobody."""

    def __init__(self, dsn: str, mode: str, transport: Transport | None = None) -> None:
        super().__init__(logging.ERROR)
        self._client = Client(
            dsn=dsn,
            transport=transport,
            environment=mode,
            server_name="",
            release="",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            send_client_reports=False,
            before_send=_only_what_is_named,
        )

    def emit(self, record: logging.LogRecord) -> None:
        # The logging module's own way of failing prints what a record carries.
        with contextlib.suppress(Exception):
            self._client.capture_event(_event(record))

    def close(self) -> None:
        """The process ends: what is on its way may still arrive."""
        self._client.close(timeout=_LAST_WORDS)
        super().close()


def _event(record: logging.LogRecord) -> Any:
    plain = copy.copy(record)
    _no_words.filter(plain)
    tags = dict(logs.about.get())
    if (request := getattr(record, "request", None)) is not None:
        tags["route"] = logs.route_name(request)
    event: dict[str, Any] = {
        "level": record.levelname.lower(),
        "logger": record.name,
        "logentry": {"message": plain.getMessage()},
        "tags": tags,
    }
    if record.exc_info and record.exc_info[1] is not None:
        event["exception"] = {"values": _chain(record.exc_info[1])}
    return event


def _chain(error: BaseException) -> list[dict[str, Any]]:
    """The error and what it came from, the oldest first. Messages quote people: they stay here."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = [
        {"filename": frame.filename, "function": frame.name, "lineno": frame.lineno}
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    told = {
        "type": type(error).__qualname__,
        "module": type(error).__module__,
        "value": logs.WITHHELD,
        "stacktrace": {"frames": frames},
    }
    return [*(_chain(cause) if cause is not None else []), told]


def _only_what_is_named(event: Any, hint: Any) -> Any:
    return {name: value for name, value in event.items() if name in _NAMED}
