"""How often something may be tried. What is counted is a keyed hash: no address, no name."""

import datetime as dt
import ipaddress

from django.conf import settings
from django.http import HttpRequest

from outbox.models import Limit
from vault.ring import keyed_hash


def allow(
    name: str, value: object, *, at_most: int, within: dt.timedelta, now: dt.datetime
) -> bool:
    """Count one try of ``name`` by ``value``; False from the one after ``at_most`` on.

    The window is fixed and at most a day long. A success does not give tries back.
    """
    seconds = int(within.total_seconds())
    began = int(now.timestamp()) // seconds * seconds
    window_at = dt.datetime.fromtimestamp(began, dt.UTC)
    tries = Limit.objects.count_one(keyed_hash(f"limit|{name}|{value}"), window_at)
    return tries <= at_most


def client(request: HttpRequest) -> str:
    """Where a request comes from, as far as we may believe it: what is counted as one."""
    return _network(address(request))


def address(request: HttpRequest) -> str:
    """The address a request comes from, as far as we may believe it.

    Each of our own proxies adds one entry at the right end of X-Forwarded-For; what stands to the
    left of theirs was written by the client and counts for nothing.
    """
    proxies = int(settings.TRUSTED_PROXIES)
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if proxies < 1:
        return direct
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    return hops[-proxies] if len(hops) >= proxies and hops[-proxies] else direct


def _network(address: str) -> str:
    # One household holds a whole /64 of the newer addresses: counting single ones counts nothing.
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
