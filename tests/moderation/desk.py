"""Somebody at the desk: a browser that came in with a second factor."""

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from accounts.models import Person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WHY = "The words decide it, and the report is vague."


def at_desk(person: Person) -> Client:
    """A browser in which this member of staff showed their second factor."""
    client = Client()
    TOTP.activate(person, SECRET)
    client.force_login(person)
    show_app(client)
    return client


def show_app(client: Client) -> None:
    """Type the code of the app; once more when its half a minute ended on the way."""
    shown = 0
    while shown != (now := int(time.time()) // 30):
        shown = now
        code = format_hotp_value(hotp_value(SECRET, shown))
        client.post(reverse("mfa_reauthenticate"), {"code": code})


def page(name: str, public_id: object) -> str:
    """The address of a page of the desk."""
    return reverse(f"admin:moderation_{name}", args=[public_id])
