"""A person's own moments in their own calendar."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outbox import links
from vault import ring
from vault.part import Part

if TYPE_CHECKING:
    from accounts.models import Person

LETTER = "k"


class FeedQuerySet(models.QuerySet["Feed"]):
    def of(self, person: "Person") -> "Feed | None":
        """The person's calendar address, or None."""
        return self.filter(person=person).first()

    def make(self, person: "Person", *, now: dt.datetime) -> "Feed":
        """A new address for the person's calendar; one from before ends with it."""
        fresh = {"public_id": uuid.uuid4(), "made_at": now, "key_id": person.key_id}
        return self.update_or_create(person=person, defaults=fresh)[0]

    def behind(self, public_id: uuid.UUID) -> "Feed | None":
        """The feed of a link, with its person."""
        return self.select_related("person").filter(public_id=public_id).first()


class Feed(models.Model):
    """That there is a calendar address. The address itself stands nowhere: it is a link of ours,
    checked against its own code. A new one, or none, is a change of this row.
    """

    part = Part(
        key="key_id",
        what=_("The address for your calendar"),
        why=_("So that your own calendar can show when we ask you."),
        kept=_("Until you end it or erase your account."),
        export={"made_at": _("Made on")},
        # After a restore an address that was ended would open again.
        in_backup=False,
    )

    public_id = models.UUIDField(unique=True, editable=False)
    # Older code, still running while this is rolled out, erases people without knowing this table.
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed", db_constraint=False
    )
    key_id = models.BigIntegerField()
    made_at = models.DateTimeField()

    objects = FeedQuerySet.as_manager()

    def __str__(self) -> str:
        return "feed"

    def address(self) -> str:
        """What the person copies into their calendar program; whoever has it may look."""
        newest = ring.newest(ring.parse(settings.LINK_KEYS))
        token = links.token(links.Link(LETTER, self.public_id), newest)
        return f"{settings.SITE_URL}{reverse('moments', args=[token])}"

    def end(self) -> None:
        """Calendars that ask by this address find nothing from now on."""
        Feed.objects.filter(pk=self.pk).delete()
