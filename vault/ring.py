"""Key rings from the environment: the master ring that wraps keys, the ring of keyed hashes.

A ring is written ``"1:base64,2:base64"``. The highest number is used for new work; every number
still listed can open what it closed before. Keys are 32 bytes.
"""

import base64
import binascii
import hashlib
import hmac
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@cache
def parse(text: str) -> dict[int, bytes]:
    """Number → key of a written ring.

    Raises ImproperlyConfigured when it is empty, misspelt or a key is not 32 bytes.
    """
    ring: dict[int, bytes] = {}
    try:
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            number, _, key = part.partition(":")
            ring[int(number)] = base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        raise ImproperlyConfigured("A key ring is written 1:base64,2:base64.") from None
    if not ring or any(len(key) != 32 for key in ring.values()):
        raise ImproperlyConfigured("A key ring holds at least one key, each of 32 bytes.")
    if not all(0 < number < 256 for number in ring):
        raise ImproperlyConfigured("The keys of a ring are numbered from 1 to 255.")
    return ring


@cache
def of(text: str, number: int) -> bytes:
    """The key of this number in a written ring; the newest where it has none of it."""
    keys = parse(text)
    return keys.get(number, keys[newest(keys)])


def newest(ring: dict[int, bytes]) -> int:
    """The number that seals new work."""
    return max(ring)


def master() -> dict[int, bytes]:
    """The ring that wraps the keys of persons."""
    return parse(settings.VAULT_KEYS)


def keyed_hash(value: str) -> str:
    """``"ring:hex"``: the same for the same value, useless without the key outside the database."""
    ring = parse(settings.VAULT_HASH_KEYS)
    return _hash(newest(ring), value)


def keyed_hashes(value: str) -> list[str]:
    """The hashes of a value under every key of the ring, to find rows of before a rotation."""
    return [_hash(number, value) for number in parse(settings.VAULT_HASH_KEYS)]


def _hash(number: int, value: str) -> str:
    key = parse(settings.VAULT_HASH_KEYS)[number]
    return f"{number}:{hmac.new(key, value.encode(), hashlib.sha256).hexdigest()}"
