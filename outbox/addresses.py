"""Mail addresses: reading what somebody typed, and telling when two are the same."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from outbox import headers
from vault.ring import keyed_hash, keyed_hashes

_LONGEST = 254
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")
_valid = EmailValidator()


def clean(text: str) -> str:
    """The address in ``text``, ready to write to. Raises ValidationError with a kind sentence.

    Understands what people paste: ``Anna <anna@example.org>``, ``mailto:``, stray blanks.
    """
    line = headers.clean(text)
    bracketed = _IN_BRACKETS.search(line)
    address = (bracketed[1] if bracketed else line).strip()
    if address.lower().startswith("mailto:"):
        address = address[len("mailto:") :]
    address = address.rstrip(".,;")
    try:
        _valid(address)
        return _with_plain_domain(address)
    except (ValidationError, UnicodeError):
        raise ValidationError(_not_yet, code="address") from None


def same(one: str, other: str) -> bool:
    """Whether two addresses reach the same person: case and what follows a plus do not count."""
    return _folded(one) == _folded(other)


def address_hash(address: str) -> str:
    """The keyed hash an address is found by."""
    return keyed_hash(_to_hash(address))


def address_hashes(address: str) -> list[str]:
    """Its hashes under every key of the ring: rows from before a rotation are found too."""
    return keyed_hashes(_to_hash(address))


def mask(address: str) -> str:
    """An address to recognise, not to read: ``j***@e…``."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain[:1]}…"


_not_yet = _("This does not look like a mail address yet. One looks like name@example.org.")


def _with_plain_domain(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    # Two letters look like k and s to Django's check and to ``casefold``: somebody else's address.
    local.encode("ascii")
    plain = domain if domain.startswith("[") else domain.encode("idna").decode().lower()
    if len(local) + 1 + len(plain) > _LONGEST:
        raise ValidationError(_not_yet, code="address")
    return f"{local}@{plain}"


def _folded(address: str) -> str:
    local, _at, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _to_hash(address: str) -> str:
    return f"address|{_folded(address)}"
