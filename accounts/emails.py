"""The mails of an account: about its sleep, about its address, and a way in from the operator."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from library.frames import Said
from outbox import kinds
from outbox.backend import Notice
from outbox.emails import written
from outbox.links import Link
from outbox.mail import compose, to_body
from outbox.models import Mailbox, Message

_OF_USE = dt.timedelta(days=14)
# So long its link asks for codes; afterwards it is dead like any other.
WAY_IN = "way_in"
WAY_IN_LIVES = dt.timedelta(days=1)


def ask_about_sleep(person: Person, *, now: dt.datetime) -> None:
    """Tell the person that their account will sleep, and how to keep it awake."""
    if person.mailbox is None:
        return
    with translation.override(person.language):
        mail = compose(
            "mail/sleep",
            {"name": Said(person.called), "erased": person.erased_when_away},
            subject=_("Your account will rest"),
            language=person.language,
            country=person.country,
        )
    Message.objects.post(
        kind="sleep",
        mailbox=person.mailbox,
        key_id=person.key_id,
        subject=person.public_id,
        dedupe_key=f"sleep:{person.public_id}:{now:%Y-%m}",
        body=to_body(mail),
        now=now,
        expires_at=now + _OF_USE,
    )


def send_address_code(person: Person, address: str, code: str, *, is_old: bool) -> None:
    """A code to the address so far, or to the one the person wants to have."""
    subject = gettext_lazy("Your code")
    _tell(person, address, "code", subject, EmailMultiAlternatives, code=Said(code), is_old=is_old)


def tell_taken(person: Person, address: str) -> None:
    """Somebody with an account typed the address of another account; that one reads so."""
    _tell(person, address, "taken", gettext_lazy("About your address"))


def tell_old_address(person: Person, address: str) -> None:
    """The last mail to an address that was changed: what to do if it was not them."""
    subject = gettext_lazy("Your address was changed")
    _tell(person, address, "changed", subject, operator=settings.OPERATOR_EMAIL)


def _tell(
    person: Person,
    address: str,
    template: str,
    subject: Promise,
    sort: type[EmailMultiAlternatives] = Notice,
    **context: object,
) -> None:
    # Under the key of the installation: the address is not, or not any more, one of their world.
    with translation.override(person.language):
        mail = compose(
            f"accounts/mail/{template}",
            context,
            subject=str(subject),
            language=person.language,
            country=person.country,
        )
        message = sort(mail.subject, mail.text, to=[address])
        message.attach_alternative(mail.html, "text/html")
        message.send()


def send_way_in(person: Person, *, now: dt.datetime) -> None:
    """For somebody who cannot get in: a page where the press of a button sends a code."""
    with translation.override(person.language):
        mail = compose(
            "accounts/mail/way_in",
            {},
            subject=_("Your way in"),
            language=person.language,
            country=person.country,
            links={"in": Link("a", person.public_id)},
        )
    Message.objects.post(
        kind=WAY_IN,
        lane=Message.Lane.NOW,
        mailbox=Mailbox.objects.give(
            person.email, key_id=person.key_id, language=person.language, now=now
        ),
        key_id=person.key_id,
        subject=person.public_id,
        dedupe_key=f"way_in:{person.public_id}:{now.timestamp()}",
        body=to_body(mail),
        now=now,
        expires_at=now + WAY_IN_LIVES,
    )


kinds.register(kinds.Kind("sleep", render=written))
# It answers somebody who asked the operator for help.
kinds.register(kinds.Kind(WAY_IN, render=written, is_routine=False))
