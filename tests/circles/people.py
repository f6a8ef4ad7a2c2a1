"""Members made with one call, the way the product makes them."""

import datetime as dt
import itertools
from typing import Any

from circles.models import Circle, Member

_NUMBERS = itertools.count(1)
WORDS = "Would you like to hear from me now and then?"


def invited(circle: Circle, *, now: dt.datetime, address: str = "", **about: Any) -> Member:
    """Somebody with an invitation and no answer yet."""
    ordinary = {
        "name": "Mina",
        "label": "my sister",
        "kind": "family",
        "level": "word",
        "in_mail": False,
        "words": WORDS,
    }
    address = address or f"mina{next(_NUMBERS)}@example.net"
    return circle.invite(address=address, **ordinary | about, now=now)


def beside(circle: Circle, *, now: dt.datetime, **about: Any) -> Member:
    """Somebody who said yes."""
    member = invited(circle, now=now, **about)
    assert member.accept(now)
    return member
