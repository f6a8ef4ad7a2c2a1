"""The one mail an account sends of itself: a year has passed, and it would go to sleep."""

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Person
from outbox import kinds
from outbox.emails import written
from outbox.mail import compose, to_body
from outbox.models import Message

_OF_USE = dt.timedelta(days=14)


def ask_about_sleep(person: Person, *, now: dt.datetime) -> None:
    """Tell the person that their account will sleep, and how to keep it awake."""
    if person.mailbox is None:
        return
    with translation.override(person.language):
        mail = compose(
            "mail/sleep",
            {"name": person.called, "erased": person.erased_when_away},
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


kinds.register(kinds.Kind("sleep", render=written))
