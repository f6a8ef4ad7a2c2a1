"""Mailboxes, messages and the facts of delivery. This room knows nobody's story."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vault.fields import SealedField, SealedJSONField
from vault.part import Part


class Mailbox(models.Model):
    """One address of one person's world; the same address in two worlds is two rows.

    A shared row would tie circles together and stand in the way of erasing one of them.
    """

    part = Part(
        key="key_id",
        why="To send mail to the address, and to stop when asked.",
        kept="As long as the account or the membership that needs it.",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.BigIntegerField()
    address = SealedField(size=256)
    address_hash = models.CharField(max_length=80)
    language = models.CharField(max_length=12, default="en")
    made_at = models.DateTimeField()
    suppressed_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_id", "address_hash"], name="one_mailbox_each")
        ]

    def __str__(self) -> str:
        return f"mailbox {self.public_id}"


class Suppression(models.Model):
    """An address that asked never to be written to again, kept as a keyed hash alone."""

    part = Part(
        key=None,
        why="To keep the promise of “never ask me again”.",
        kept="Until the address itself asks for a change.",
    )

    address_hash = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class Message(models.Model):
    """One mail to one mailbox: the row is the queue.

    waiting → claimed → sent | in doubt → waiting or held; ended (reason).
    A retry is waiting with attempts > 0. Only the sweeper touches expired leases.
    """

    part = Part(
        key="key_id",
        why="To send each mail once, and to answer “why did this reach me”.",
        kept="30 days after it left or ended, without its words.",
        expired="to_forget",
    )

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("accepted by the mail server")
        DOUBT = "doubt", _("perhaps sent")
        HELD = "held", _("held for the operator")
        ENDED = "ended", _("ended")

    class Reason(models.TextChoices):
        NONE = "", ""
        EXPIRED = "expired", _("it came too late to be of use")
        CANCELLED = "cancelled", _("taken back before it left")
        DROPPED = "dropped", _("no longer wanted when its turn came")
        REFUSED = "refused", _("refused by the mail server")
        GAVE_UP = "gave_up", _("the mail server did not take it in time")
        POISON = "poison", _("it could not be written")

    class Lane(models.TextChoices):
        NOW = "a_now", _("now")
        SOON = "b_soon", _("soon")

    kind = models.CharField(max_length=24)
    lane = models.CharField(max_length=8, choices=Lane.choices, default=Lane.SOON)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE)
    key_id = models.BigIntegerField(db_index=True)
    subject = models.UUIDField(db_index=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    # Of one length for nearly every mail: neither a hard day nor a long note shows in the size.
    body = SealedJSONField(bound=("dedupe_key",), size=16384, null=True)
    ring = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=Reason.choices, default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    claim_owner = models.CharField(max_length=80, default="", blank=True)
    claim_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    why_code = models.CharField(max_length=24, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_state_known",
                condition=Q(
                    state__in=["waiting", "claimed", "sent", "doubt", "held", "ended"]
                ),
            ),
            models.CheckConstraint(
                name="message_claim_has_lease",
                condition=Q(state="claimed", claim_until__isnull=False)
                | (~Q(state="claimed") & Q(claim_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_end_has_reason",
                condition=(Q(state="ended") & ~Q(reason="")) | (~Q(state="ended") & Q(reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "not_before", "id"],
                condition=Q(state="waiting"),
                name="message_waiting",
            ),
            models.Index(
                fields=["claim_until"], condition=Q(state="claimed"), name="message_claimed"
            ),
            models.Index(fields=["not_before"], condition=Q(state="doubt"), name="message_doubt"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Pulse(models.Model):
    """When a part of the machine was last heard: beat, worker, tick."""

    part = Part(key=None, why="To notice when the machine stands still.", kept="One row a part.")

    name = models.CharField(max_length=40, unique=True)
    heard_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Outage(models.Model):
    """A time in which this installation did not ask or send: silence in it is ours."""

    part = Part(
        key=None,
        why="So that silence during our outage never counts as a person's silence.",
        kept="12 months.",
        expired="to_forget",
    )

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"outage {self.pk}"


class Limit(models.Model):
    """How often something was tried in a window of time; the key is a keyed hash."""

    part = Part(
        key=None,
        why="To slow down guessing and flooding.",
        kept="One day.",
        expired="to_forget",
    )

    key_hash = models.CharField(max_length=80)
    window_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_hash", "window_at"], name="one_limit_a_window")
        ]

    def __str__(self) -> str:
        return f"limit {self.pk}"
