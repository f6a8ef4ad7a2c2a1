"""Is it still them? Pages that lay everything open, give it away or open a way in ask once more.

Each person is asked in the way they have: a password, a key or an app by allauth's pages; whoever
signs in by a mailed code alone by such a code.
"""

import datetime as dt
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import person_of
from accounts.models import Person
from library.access import View


def asks_once_more(view: View) -> View:
    """Let in whoever has just shown that it is them; lead others to where they can, and back."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if has_shown(request):
            return view(request, *args, **kwargs)
        if has_own_way(person_of(request)):
            raise ReauthenticationRequired
        return redirect(leading_back("show", to=request.path))

    return cast(View, inner)


def has_shown(request: HttpRequest) -> bool:
    """Whether it is surely them: they came in just now, or showed it once more.

    Where mail to their address comes back no code could reach them, so being signed in is enough
    for those who have no other way.
    """
    if not get_adapter(request).is_reauthentication_required(app="accounts"):
        return True
    person = person_of(request)
    bounces = person.mailbox is not None and person.mailbox.bounced_at is not None
    return bounces and not has_own_way(person)


def shown_lately(request: HttpRequest, now: dt.datetime) -> list[dict[str, Any]]:
    """How they came in, or showed that it is them, in the last quarter of an hour."""
    fresh = now.timestamp() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return [record for record in records if record["at"] > fresh]


def has_own_way(person: Person) -> bool:
    """Whether they have a password, a key or an app: then a mailed code shows nothing."""
    return bool(get_reauthentication_flows(person))


def leading_back(name: str, *, to: str) -> str:
    """The address of a page that knows where its reader goes on afterwards."""
    return f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: to})}"
