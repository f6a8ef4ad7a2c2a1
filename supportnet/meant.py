"""Settings as they were meant: what nobody can have meant stops the start, with one plain line."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from outbox.smtp import relay
from vault.ring import parse

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_YES_OR_NO = dict.fromkeys(("true", "on", "ok", "y", "yes", "1"), True) | dict.fromkeys(
    ("false", "off", "n", "no", "0", ""), False
)


def ring(name: str, said: str) -> str:
    """A ring of keys."""
    _read(name, said, by=parse)
    return said


def mail_server(name: str, said: str) -> None:
    """Where mail is handed over, and no password goes there in clear."""
    _read(name, said, by=relay)


def _read(name: str, said: str, *, by: Callable[[str], object]) -> None:
    try:
        by(said)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"{name} cannot be read. {error}") from None


def one_of(name: str, said: str, *allowed: str) -> str:
    """One of these words."""
    *most, last = allowed
    if said not in allowed:
        raise ImproperlyConfigured(f"{name} is {', '.join(most)} or {last}.")
    return said


def site(name: str, said: str) -> str:
    """The address of a site."""
    parts = urlsplit(said)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is an address, as in https://supportnet.example.")
    return said


def domain(name: str, said: str) -> str:
    """A domain, or nothing."""
    if said and not re.fullmatch(rf"(?=.{{1,253}}$)({_LABEL}\.)+{_LABEL}", said):
        raise ImproperlyConfigured(f"{name} is a domain alone, as in back.example.org.")
    return said


def mailbox(name: str, said: str) -> str:
    """A mail address, or nothing.

    In brackets and with a name, as Django takes it elsewhere, every mail server would refuse it.
    """
    if said and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", said):
        raise ImproperlyConfigured(f"{name} is an address alone, as in hello@example.org.")
    return said


def secret_of_two(name: str, said: str) -> str:
    """A name and a password with a colon between, or nothing."""
    if said and not re.fullmatch(r"[^:]+:.+", said):
        raise ImproperlyConfigured(f"{name} is written name:password.")
    return said


def path(name: str, said: str) -> str:
    """A path within the site, without its outer slashes."""
    inner = said.strip("/")
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", inner):
        raise ImproperlyConfigured(f"{name} is a path of letters and digits, as in office.")
    return inner


def number(name: str, said: str) -> int:
    """A whole number, not below nothing."""
    if not re.fullmatch(r"[0-9]{1,9}", said):
        raise ImproperlyConfigured(f"{name} is a number, 0 or more.")
    return int(said)


def yes(name: str, said: str) -> bool:
    """Yes or no; a slip of the finger is neither."""
    if said.strip().lower() not in _YES_OR_NO:
        raise ImproperlyConfigured(f"{name} is 1 or 0.")
    return _YES_OR_NO[said.strip().lower()]


def networks(name: str, said: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks, in the way their owners write them."""
    try:
        return [ipaddress.ip_network(one) for one in said]
    except ValueError:
        raise ImproperlyConfigured(f"{name} is written as in 192.0.2.0/24,2001:db8::/32.") from None
