"""Who may come in: closed by default, a short list of public pages, words kept at the door."""

import datetime as dt
import re
import uuid
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.emails import WAY_IN, WAY_IN_LIVES
from accounts.models import Person
from accounts.tokens import Token
from library.access import View
from outbox import links
from outbox.links import Found, Purpose
from outbox.models import Message

KEPT = "kept"
# In the session of a member who wants a circle of their own: the name of whom to ask back.
ASK_BACK = "ask_back"
MARK_COOKIE = "w"
KEPT_FOR = dt.timedelta(hours=1)
# Never kept and never shown again: what opens an account, and what proves a form is ours.
SECRET_FIELDS = {
    "csrfmiddlewaretoken",
    "password",
    "password1",
    "password2",
    "oldpassword",
    "code",
    "credential",
}
_MOST_KEPT = 64 * 1024


def before_welcome(view: View) -> View:
    """Mark a view that a signed-in person may see before the welcome page is done."""
    view.before_welcome = True  # type: ignore[attr-defined]
    return view


def open_while_stopped(view: View) -> View:
    """Mark a view that stays open while moderators have stopped the account."""
    view.open_while_stopped = True  # type: ignore[attr-defined]
    return view


class SignedInPerson(BasePermission):
    """The API's one permission: somebody signed in who has been welcomed and not been stopped."""

    def has_permission(self, request: Any, view: Any) -> bool:
        person = request.user
        if not (person and person.is_authenticated):
            return False
        if isinstance(request.auth, Token) and not self._goes_so_far(request, view):
            return False
        return person.welcomed_at is not None and not person.is_stopped

    def _goes_so_far(self, request: Any, view: Any) -> bool:
        writes = request.method not in SAFE_METHODS
        return request.auth.allows(writes=writes, answers=writes and view.basename == "answers")


class ProgramSignIn(TokenAuthentication):
    """A person's own program comes in by its token; it is spoken to in the person's language."""

    def authenticate_credentials(self, token: bytes) -> tuple[Person, Token]:
        if not re.fullmatch(rb"[0-9a-f]{64}", token):
            raise AuthenticationFailed(_("This token opens nothing here."))
        try:
            person, found = super().authenticate_credentials(token)
        except AuthenticationFailed:
            # The same words for an unknown token, an old one and a closed account.
            raise AuthenticationFailed(_("This token opens nothing here.")) from None
        translation.activate(person.language)
        return person, found


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What stood in a posted form, without what must not be kept."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in SECRET_FIELDS
        for value in values
    ]


def keep_typed(request: HttpRequest, now: dt.datetime) -> bool:
    """Keep a posted form, sealed in the session, until its writer has signed in."""
    fields = typed_fields(request)
    if not fields or sum(len(value) for _, value in fields) > _MOST_KEPT:
        return False
    request.session[KEPT] = {
        "path": request.path,
        "fields": fields,
        "at": now.timestamp(),
        "whose": request.COOKIES.get(MARK_COOKIE, ""),
    }
    return True


def is_keeping(request: HttpRequest, now: dt.datetime) -> bool:
    """Whether a form waits in this session, and its hour is not over."""
    found = request.session.get(KEPT)
    return found is not None and now.timestamp() - found["at"] <= KEPT_FOR.total_seconds()


def kept(request: HttpRequest, now: dt.datetime) -> dict[str, Any] | None:
    """The form kept in this session, or None: there is none, its hour is over, it is another's."""
    if not is_keeping(request, now):
        return None
    found = request.session[KEPT]
    if found["whose"] and not constant_time_compare(found["whose"], mark_of(request.user)):
        return None
    return dict(found)


def mark_of(person: Any) -> str:
    """Whose browser this was last, for what is kept: two people may share one."""
    return salted_hmac("accounts.mark", str(person.public_id), algorithm="sha256").hexdigest()[:32]


def knows_browser(request: HttpRequest, person: Any) -> bool:
    """Whether this person signed in with this browser; programs that press buttons never did."""
    return constant_time_compare(request.COOKIES.get(MARK_COOKIE, ""), mark_of(person))


def person_of(request: HttpRequest) -> Person:
    """Who reads this page; only for pages behind the door."""
    person = request.user
    if not isinstance(person, Person):
        raise TypeError("this page is not behind the door")
    return person


def _way_in(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    # Both are asked whatever is found: a dead link tells nothing by its time.
    person = Person.objects.filter(public_id=public_id).first()
    sent = Message.objects.filter(kind=WAY_IN, subject=public_id, made_at__gt=now - WAY_IN_LIVES)
    return Found(1, person) if sent.exists() and person and person.is_active else None


links.register(Purpose("a", _way_in, "way_in"))
