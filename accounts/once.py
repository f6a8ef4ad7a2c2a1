"""What a program sent under a key of its own choosing is done once, however often it comes."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from vault.fields import SealedJSONField
from vault.part import Part
from vault.ring import keyed_hash

if TYPE_CHECKING:
    from accounts.models import Person

_KEPT = dt.timedelta(days=1)


class Another(ValueError):
    """The key came before, with something else."""


class OnceQuerySet(models.QuerySet["Once"]):
    def expired(self, now: dt.datetime) -> "OnceQuerySet":
        """What is older than a day."""
        return self.filter(made_at__lt=now - _KEPT)

    def begin(
        self, person: "Person", *, key: str, sent: bytes, now: dt.datetime
    ) -> tuple["Once", bool]:
        """The row of this key, and whether it is new. Raises Another for something else sent.

        Whoever comes second waits here until the first one's transaction is over.
        """
        hidden_id = keyed_hash(f"once|{person.pk}|{key}")
        self.expired(now).filter(hidden_id=hidden_id).delete()
        fresh = Once(
            person=person,
            hidden_id=hidden_id,
            sent_hash=keyed_hash(f"sent|{person.pk}|{sent.hex()}"),
            key_id=person.key_id,
            answer={},
            made_at=now,
        )
        Once.objects.bulk_create([fresh], ignore_conflicts=True)
        row = self.get(hidden_id=hidden_id)
        if row.sent_hash != fresh.sent_hash:
            raise Another
        return row, row.public_id == fresh.public_id


class Once(models.Model):
    """One thing a program sent, and what it was answered; for a day."""

    part = Part(
        key="key_id",
        what=_("What programs of yours sent"),
        why=_("So that something sent twice happens once."),
        kept=_("One day."),
        expired="expired",
        in_backup=False,
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    key_id = models.BigIntegerField()
    hidden_id = models.CharField(max_length=80, unique=True)
    sent_hash = models.CharField(max_length=80)
    status = models.PositiveSmallIntegerField(default=0)
    answer = SealedJSONField(size=1024)
    made_at = models.DateTimeField(db_index=True)

    objects = OnceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"once {self.public_id}"

    def note(self, status: int, answer: object) -> None:
        """Keep what was answered, for whoever asks again."""
        self.status, self.answer = status, answer
        self.save(update_fields=["status", "answer"])

    def forget(self) -> None:
        """It was refused: nothing happened, and the key is free."""
        self.delete()
