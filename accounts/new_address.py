"""A code to an address of somebody signed in, by allauth's own way of checking one.

To the address so far it shows that it is still them who sit there (see showing.py); to another
one it shows that this is theirs, too, and it is used from then on.
"""

import datetime as dt
from typing import Any, Self

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.cryptokit import compare_user_code
from django.http import HttpRequest

from accounts import emails
from accounts.access import person_of
from accounts.models import Person

_STATE = "accounts.new_address"


class AddressCode(AbstractCodeVerificationProcess):
    """A code on its way to an address, while its reader is signed in."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        self.request = request
        super().__init__(
            max_attempts=app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS,
            timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            state=state,
            user=person_of(request),
        )

    @classmethod
    def begin(cls, request: HttpRequest, address: str) -> Self:
        """Send a code to the person's own address or to the one they want to have."""
        person = person_of(request)
        process = cls(request, cls.initial_state(person, email=address))
        process.state["code"] = get_adapter(request).generate_login_code()
        process.state["taken"] = Person.objects.is_taken(address, by_other_than=person)
        process.send()
        process.persist()
        return process

    @classmethod
    def waiting(cls, request: HttpRequest) -> Self | None:
        """The code that this browser waits for, if its time is not over."""
        state = request.session.get(_STATE)
        if not state or str(state["user_id"]) != str(person_of(request).pk):
            return None
        found: Self | None = cls(request, state).abort_if_invalid()
        return found

    @property
    def address(self) -> str:
        """Where the code went."""
        return str(self.state["email"])

    @property
    def is_of_old(self) -> bool:
        """Whether the code went to the address so far."""
        return self.address == person_of(self.request).email

    @property
    def can_resend(self) -> bool:
        return not self.is_resend_quota_reached(app_settings.LOGIN_BY_CODE_MAX_RESEND_COUNT)

    def send(self) -> None:
        if self.state["taken"]:
            # The page says the same to everybody; who has the account reads why nothing came of it.
            emails.tell_taken(person_of(self.request), self.address)
        else:
            emails.send_address_code(
                person_of(self.request), self.address, self.code, is_old=self.is_of_old
            )

    def resend(self) -> None:
        """The same code once more, so that the newest mail is never the wrong one."""
        self.send()
        self.record_resend()
        self.persist()

    def persist(self) -> None:
        self.request.session[_STATE] = self.state

    def abort(self) -> None:
        self.request.session.pop(_STATE, None)

    def fits(self, typed: str) -> bool:
        """Whether this is the code; for an address of another account none is."""
        return compare_user_code(actual=typed, expected=self.code) and not self.state["taken"]

    def finish(self, now: dt.datetime) -> None:
        """It was the code: they showed that it is them, or the new address is theirs."""
        self.abort()
        person = person_of(self.request)
        if self.is_of_old:
            record_authentication(self.request, person, method="code", reauthenticated=True)
            return
        old = person.email
        person.use_address(self.address, now=now)
        # Whoever changes it may fear that somebody else came in.
        self.request.session.cycle_key()
        person.end_sessions(but=self.request.session.session_key)
        emails.tell_old_address(person, old)
