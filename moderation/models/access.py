"""Who looked at what, and what they did: rows that are added and never changed.

Each row carries the keyed hash of itself and of the row before it, so that changing, inserting or
removing one breaks the chain. The key stands outside the database. Triggers refuse UPDATE, and
DELETE of anything that no anchor covers; ``manage.py access_log`` looks at all of it.
"""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from vault import ring
from vault.models import Key
from vault.part import Part

if TYPE_CHECKING:
    from accounts.models import Person

KEPT = dt.timedelta(days=365)
REVIEWED_EVERY = dt.timedelta(days=31)


class AccessQuerySet(models.QuerySet["Access"]):
    def record(
        self,
        *,
        by: "Person | None",
        what: str,
        about: str,
        about_id: uuid.UUID | None = None,
        reason: str = "",
        now: dt.datetime,
    ) -> "Access":
        """Note what a member of staff looked at or did; ``by`` None is a command of the operator.

        ``what`` is one of Access.What, ``about`` the kind of thing, ``reason`` a short code.
        """
        with transaction.atomic():
            # One after the other: two rows with the same one before them would be two chains.
            key = Key.objects.installation()
            Key.objects.select_for_update(no_key=True).get(pk=key.pk)
            last = self.order_by("-pk").first()
            row = Access(
                made_at=now,
                actor=by.public_id if by else None,
                what=what,
                about=about,
                about_id=about_id,
                reason=reason,
                previous_hash=last.row_hash if last else Anchor.objects.newest_hash(),
            )
            row.row_hash = ring.keyed_hash(row.said())
            row.save(force_insert=True)
        return row

    def to_forget(self, now: dt.datetime) -> "AccessQuerySet":
        """Rows older than twelve months: always the beginning of the chain, never its middle."""
        first_kept = self.filter(made_at__gte=now - KEPT).order_by("pk").first()
        old = self.filter(made_at__lt=now - KEPT)
        return old.filter(pk__lt=first_kept.pk) if first_kept else old

    def delete(self) -> tuple[int, dict[str, int]]:
        """The last removed row's hash stays as the anchor the rest of the chain hangs on."""
        with transaction.atomic():
            last = self.order_by("-pk").first()
            if last is None:
                return 0, {}
            Anchor.objects.drop(last)
            return super().delete()

    def about_person(self, person: "Person") -> "AccessQuerySet":
        """What staff looked at in a person's account, the newest first."""
        return self.filter(about="person", about_id=person.public_id).order_by("-pk")

    def last_review(self) -> "Access | None":
        """The last time somebody read the log and said so."""
        return self.filter(what=Access.What.REVIEWED).order_by("-pk").first()

    def since_review(self) -> "AccessQuerySet":
        """What nobody has reviewed yet, the oldest first."""
        last = self.last_review()
        return self.filter(pk__gt=last.pk if last else 0).order_by("pk")

    def review(self, *, by: "Person", now: dt.datetime) -> None:
        """Say that these rows were read. Raises PermissionDenied when they are one's own looks.

        Where one person moderates alone they may, and the log says so.
        """
        if self.exclude(what=Access.What.ROLE).filter(actor=by.public_id).exists():
            if not settings.ONE_MODERATOR:
                raise PermissionDenied
            Access.objects.record(by=by, what=Access.What.ALONE, about="log", now=now)
        Access.objects.record(by=by, what=Access.What.REVIEWED, about="log", now=now)

    def needs_review(self, now: dt.datetime) -> bool:
        """Whether a month has passed since the oldest row nobody has reviewed."""
        first = self.since_review().order_by("made_at").first()
        return first is not None and now - first.made_at >= REVIEWED_EVERY

    def breaks(self, now: dt.datetime) -> list[str]:
        """Where the chain does not hold, in plain words; empty when all is well."""
        found = Anchor.objects.breaks(now)
        before = Anchor.objects.newest_hash()
        for row in self.order_by("pk").iterator():
            if row.previous_hash != before:
                found.append(f"Before row {row.pk} something was removed or put in.")
            if not _is_hash_of(row.row_hash, row.said()):
                found.append(f"Row {row.pk} was changed.")
            before = row.row_hash
        return found


class Access(models.Model):
    """One look or deed of staff. No names, no addresses, no words: public ids and codes."""

    part = Part(
        key=None,
        what=_("Who of the staff looked at what"),
        why=_("So that nobody looks unseen. Each row is chained to the one before."),
        kept=_("12 months."),
        export={
            "made_at": _("On"),
            "what": _("What somebody of the staff did"),
            "reason": _("And then"),
        },
        read={"what": "told", "reason": "told_deed"},
        about="about_person",
        expired="to_forget",
    )

    class What(models.TextChoices):
        SEEN = "seen", _("saw a report")
        CLAIMED = "claimed", _("took a report")
        GIVEN_BACK = "given_back", _("gave a report back")
        OPENED = "opened", _("opened a message behind glass")
        READ = "read", _("read a message")
        DECIDED = "decided", _("decided a report")
        APPEAL = "appeal", _("answered an appeal")
        LIFTED = "lifted", _("took a decision back")
        ALONE = "alone", _("acted as the only moderator")
        SEARCHED = "searched", _("searched for a full address")
        HELPED = "helped", _("helped somebody to get in")
        ROLE = "role", _("changed a role")
        REVIEWED = "reviewed", _("reviewed this log")
        EXPORTED = "exported", _("counted the year")

    made_at = models.DateTimeField(_("on"))
    actor = models.UUIDField(null=True)
    what = models.CharField(max_length=12, choices=What.choices)
    about = models.CharField(max_length=16)
    about_id = models.UUIDField(null=True, db_index=True)
    reason = models.CharField(max_length=40, blank=True)
    previous_hash = models.CharField(max_length=80, blank=True)
    row_hash = models.CharField(max_length=80)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("look or deed of staff")
        verbose_name_plural = _("who looked at what")
        constraints = [models.UniqueConstraint(fields=["previous_hash"], name="one_chain")]

    def __str__(self) -> str:
        return f"access {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Added once; a second saving is refused here and by the database."""
        if not kwargs.get("force_insert"):
            raise TypeError("rows of the access log are added, not changed")
        super().save(*args, **kwargs)

    @property
    def told(self) -> str:
        """What it says to the person whose account was looked at."""
        return str(_TOLD.get(self.What(self.what)) or self.get_what_display())

    @property
    def told_deed(self) -> str:
        """What was sent to the person at that look; empty when nothing was."""
        return str(_DEEDS.get(self.reason, "")) if self.what == self.What.HELPED else ""

    def said(self) -> str:
        """What the hash of this row stands for."""
        parts = (self.made_at.astimezone(dt.UTC).isoformat(), self.actor, self.what, self.about)
        return "|".join(
            ["access", *map(str, parts), str(self.about_id), self.reason, self.previous_hash]
        )


_TOLD = {
    Access.What.SEEN: _("looked whether your account is open"),
    Access.What.SEARCHED: _("found your account by its whole address"),
    Access.What.HELPED: _("looked why no mail came to you, or tried to mend it"),
    Access.What.ROLE: _("changed what you may do in the office"),
}

_DEEDS = {
    "again": _("what had waited for you was tried again"),
    "test": _("a test mail was sent to you"),
    "in": _("a way in was sent to you"),
}


class AnchorQuerySet(models.QuerySet["Anchor"]):
    def drop(self, last: Access) -> "Anchor":
        """Keep the hash of the last row that is about to go."""
        anchor = Anchor(up_to=last.pk, last_at=last.made_at, last_hash=last.row_hash)
        anchor.row_hash = ring.keyed_hash(anchor.said())
        anchor.save(force_insert=True)
        return anchor

    def newest_hash(self) -> str:
        """What the oldest row that is left hangs on; empty at the very beginning."""
        newest = self.order_by("-up_to").first()
        return newest.last_hash if newest else ""

    def breaks(self, now: dt.datetime) -> list[str]:
        """Anchors that nobody of us dropped, or before the time was over."""
        found = []
        for anchor in self.order_by("pk"):
            if not _is_hash_of(anchor.row_hash, anchor.said()):
                found.append(f"Anchor {anchor.pk} was changed.")
            elif anchor.last_at >= now - KEPT:
                found.append(
                    f"Up to row {anchor.up_to} was removed before twelve months were over."
                )
        return found


class Anchor(models.Model):
    """The hash of the last row that was let go of after twelve months."""

    part = Part(
        key=None,
        what=_("Where the log of the staff begins"),
        why=_("To show that nothing but old rows was removed from it."),
        kept=_("For good: a number, a moment and a hash."),
    )

    up_to = models.BigIntegerField()
    last_at = models.DateTimeField()
    last_hash = models.CharField(max_length=80)
    row_hash = models.CharField(max_length=80)

    objects = AnchorQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="anchor_holds", condition=Q(up_to__gt=0))]

    def __str__(self) -> str:
        return f"anchor {self.pk}"

    def said(self) -> str:
        """What the hash of this row stands for."""
        return f"anchor|{self.up_to}|{self.last_at.astimezone(dt.UTC).isoformat()}|{self.last_hash}"


def _is_hash_of(stored: str, said: str) -> bool:
    return any(constant_time_compare(stored, known) for known in ring.keyed_hashes(said))
