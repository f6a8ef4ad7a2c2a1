"""Today, as it stands in the browser of somebody who is signed in."""

from django.test import Client

from circles.models import Member

# What somebody keeps to themselves, and nobody else may come to read.
CANARY = "canary under the stairs"


def said(page: Client) -> str:
    """All that stands on Today."""
    return page.get("/today/").content.decode()


def hears(member: Member) -> str:
    """The name of the line that says what this member hears of this answer."""
    return f"hears_{member.public_id.hex}"
