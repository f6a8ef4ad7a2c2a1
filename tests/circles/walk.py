"""Going through the pages the way people do: signed in, or by the link of a mail."""

from django.conf import settings
from django.test import Client

from accounts.models import Person
from outbox import links
from outbox.links import Link

RING = 1


def signed_in(person: Person) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def path_of(link: Link) -> str:
    """The address of a link, without the site."""
    return links.url(link, RING).removeprefix(settings.SITE_URL)


def through(link: Link) -> tuple[Client, str]:
    """A fresh browser that opened a link, and the clean address it was led to."""
    client = Client()
    response = client.get(path_of(link))
    return client, response.headers.get("Location", "")


def text(response: object) -> str:
    """The words of a page, on one line."""
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]
