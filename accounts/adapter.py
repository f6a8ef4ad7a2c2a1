"""How allauth speaks on our behalf: one way in, no announcements, nothing in clear."""

import base64
import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import kept, person_of
from accounts.models import Person
from accounts.showing import shown_lately
from library.frames import Said
from outbox import limits
from outbox.backend import PersonalEmail
from outbox.mail import compose
from vault.fields import seal, unseal
from vault.models import Key

_QUARTER = dt.timedelta(minutes=15)
_BOUND = "accounts.second_factor"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by a mailed code; nobody signs up any other way, and nothing is announced."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened themselves."""

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        person = Person.objects.get_by_natural_key(email)
        with override(person.language):
            mail = compose(
                template_prefix,
                {"code": Said(context["code"])},
                subject=_("Your code"),
                language=person.language,
                country=person.country,
            )
        message = PersonalEmail(mail.subject, mail.text, self.get_from_email(), [email])
        message.key_id = person.key_id
        message.attach_alternative(mail.html, "text/html")
        return message

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        person = person_of(request)
        if person.welcomed_at is None:
            return reverse("admin:index") if person.is_staff else reverse("welcome")
        return reverse("kept") if kept(request, timezone.now()) else reverse("today")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        now = timezone.now()
        checks = [
            limits.allow(
                "password for address",
                credentials.get("email", "").lower(),
                at_most=10,
                within=_QUARTER,
                now=now,
            ),
            limits.allow(
                "password from client", limits.client(request), at_most=30, within=_QUARTER, now=now
            ),
        ]
        if not all(checks):
            raise self.validation_error("too_many_login_attempts")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("account_inactive"))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        # Whoever came in a moment ago has just shown that it is them.
        return not shown_lately(self.request, timezone.now())

    def set_password(self, user: Any, password: str) -> None:
        # Whoever changes it may fear that somebody else came in: programs too are out.
        super().set_password(user, password)
        user.end_programs()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("sign_in_settings")

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.client(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors stand sealed under the installation's key."""

    def encrypt(self, text: str) -> str:
        key_id = Key.objects.installation().pk
        closed = seal(text, key_id=key_id, bound=_BOUND, size=64)
        return f"{key_id}:{base64.b64encode(closed).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        key_id, _colon, closed = encrypted_text.partition(":")
        return unseal(base64.b64decode(closed), key_id=int(key_id), bound=_BOUND)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return str(_("My key"))

    def get_totp_issuer(self) -> str:
        return "SupportNet"

    def _get_site_name(self) -> str:
        return "SupportNet"
