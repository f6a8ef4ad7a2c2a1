"""Where mail comes back to: addresses that carry a keyed token, and nothing about anybody.

A mail that cannot be delivered comes back to its own return path, and an answer goes to the address
its mail named. Both are read here. There is no table of them: like a link, a token is checked
against its own MAC, so an invented one finds nothing and does nothing.
"""

import base64
import binascii
import hmac
import re
from hashlib import sha256
from itertools import islice

from django.conf import settings

from outbox import links
from outbox.links import Link
from outbox.models import Message
from vault import ring as rings

_MAC = 16
_NUMBER = 6
_MOST_ASKED = 5
# Mail servers may change capital letters: base32 has only one kind of them.
_REPLY = re.compile(r"r([a-z])-([a-z2-7]{53})(?![a-z2-7])", re.IGNORECASE)
_REPLY_BYTES = 1 + 16 + _MAC
_RETURN = re.compile(r"b-([a-z2-7]{37})", re.IGNORECASE)


def path(message: Message) -> str:
    """The envelope sender of a mail: its own where a domain for it is set, else the common one."""
    if not settings.BOUNCE_DOMAIN:
        return str(settings.MAIL_FROM)
    return f"b-{token(message)}@{settings.BOUNCE_DOMAIN}"


def token(message: Message) -> str:
    """The 37 letters that name a mail to nobody but us: the same each time it is sent."""
    mac = _mac(message.ring, message.pk, message.dedupe_key)
    # The number is hidden too: it would tell how many mails there are.
    return _letters(bytes([message.ring]) + _hidden(message.pk, message.ring, mac) + mac)


def named(text: str) -> Message | None:
    """The mail whose token stands in ``text``; None for an invented or a forgotten one."""
    found = dict.fromkeys(one[1].lower() for one in _RETURN.finditer(text))
    # Each costs a question to the database, and hostile mails hold thousands.
    for letters in islice(found, _MOST_ASKED):
        message = _opened(letters)
        if message is not None:
            return message
    return None


def of_token(text: str) -> Message | None:
    """The mail of a bare token, as mail providers give it back."""
    return named(f"b-{text}")


def reply_to(link: Link | None, ring: int) -> str:
    """The address that answers to a mail go to; empty where answers by mail are not taken.

    A mail that nothing can be answered to has an address too: an honest answer comes from there.
    """
    if not settings.REPLY_DOMAIN:
        return ""
    if link is None:
        return f"answers@{settings.REPLY_DOMAIN}"
    packed = links.reply_token(link, ring)
    return f"r{link.purpose}-{_letters(packed)}@{settings.REPLY_DOMAIN}"


def reply_tokens(text: str) -> list[tuple[str, bytes]]:
    """The reply addresses that stand in ``text``, as purpose and token."""
    found = [(one[1].lower(), _bytes(one[2])) for one in _REPLY.finditer(text)]
    return [(letter, packed) for letter, packed in found if packed and len(packed) == _REPLY_BYTES]


def is_ours(address: str) -> bool:
    """Whether this is an address of this site itself: such mail goes in circles."""
    domain = address.rpartition("@")[2].lower()
    ours = {settings.BOUNCE_DOMAIN.lower(), settings.REPLY_DOMAIN.lower()} - {""}
    return domain in ours or address.lower() == settings.MAIL_FROM.lower()


def is_return_path(address: str) -> bool:
    """Whether this is where bounces go: nobody who presses Reply writes there."""
    local, _at, domain = address.rpartition("@")
    here = bool(settings.BOUNCE_DOMAIN) and domain.lower() == settings.BOUNCE_DOMAIN.lower()
    return here and bool(_RETURN.fullmatch(local))


def _opened(letters: str) -> Message | None:
    packed = _bytes(letters)
    if packed is None or len(packed) != 1 + _NUMBER + _MAC:
        return None
    ring, hidden, mac = packed[0], packed[1 : 1 + _NUMBER], packed[1 + _NUMBER :]
    number = int.from_bytes(hidden) ^ int.from_bytes(_mask(ring, mac))
    message = Message.objects.filter(pk=number).select_related("mailbox").first()
    wanted = _mac(ring, number, message.dedupe_key if message else "")
    genuine = hmac.compare_digest(mac, wanted)
    return message if genuine and message and message.ring == ring else None


def _hidden(number: int, ring: int, mac: bytes) -> bytes:
    return (number ^ int.from_bytes(_mask(ring, mac))).to_bytes(_NUMBER)


def _mask(ring: int, mac: bytes) -> bytes:
    return hmac.new(_key(ring), b"return number|" + mac, sha256).digest()[:_NUMBER]


def _mac(ring: int, number: int, dedupe_key: str) -> bytes:
    # With the dedupe key: numbers start again after a restore, and an old bounce must not meet a
    # new mail.
    said = f"return|{ring}|{number}|{dedupe_key}"
    return hmac.new(_key(ring), said.encode(), sha256).digest()[:_MAC]


def _key(ring: int) -> bytes:
    return rings.of(settings.LINK_KEYS, ring)


def _letters(packed: bytes) -> str:
    return base64.b32encode(packed).decode().rstrip("=").lower()


def _bytes(letters: str) -> bytes | None:
    try:
        return base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))
    except (ValueError, binascii.Error):
        return None
