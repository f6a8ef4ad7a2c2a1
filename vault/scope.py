"""How long an opened key stays in memory: for one request or one batch, no longer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

_opened: ContextVar[dict[int, bytes] | None] = ContextVar("opened_keys", default=None)


def opened() -> dict[int, bytes] | None:
    """The keys opened so far in this scope, or None outside of one."""
    return _opened.get()


def forget(key_id: int) -> None:
    """Let the next use of this key open it anew, as if it had not been used in this scope."""
    (_opened.get() or {}).pop(key_id, None)


@contextmanager
def key_scope() -> Iterator[None]:
    """Remember opened keys inside the block and forget them at its end."""
    token = _opened.set({})
    try:
        yield
    finally:
        _opened.reset(token)


def key_scope_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give each request a key scope of its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with key_scope():
            return get_response(request)

    return middleware
