"""The messages: each row is one mail, and the rows are the queue."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections, models, router, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.bell import bell
from vault import ring
from vault.fields import SealedJSONField
from vault.part import Part

if TYPE_CHECKING:
    from outbox.models.mailbox import Mailbox

_KEPT = dt.timedelta(days=30)
# So many mails in a row that came back are no passing trouble.
_ENOUGH = 3
# What should have left so long ago is told to the operator: by mail, on Mondays, by the doctor.
STUCK = dt.timedelta(minutes=15)


class MessageQuerySet(models.QuerySet["Message"]):
    def post(
        self,
        *,
        kind: str,
        mailbox: "Mailbox",
        key_id: int,
        subject: uuid.UUID,
        dedupe_key: str,
        now: dt.datetime,
        expires_at: dt.datetime,
        not_before: dt.datetime | None = None,
        body: Any = None,
        lane: str = "b_soon",
        why: str = "",
    ) -> "Message | None":
        """Put one mail into the outbox; None when this dedupe key is there already.

        Belongs to the caller's transaction: rolled back, nothing was posted. One statement.
        """
        message = Message(
            kind=kind,
            lane=lane,
            mailbox=mailbox,
            key_id=key_id,
            subject=subject,
            dedupe_key=dedupe_key,
            body=body,
            ring=ring.newest(ring.parse(settings.LINK_KEYS)),
            made_at=now,
            not_before=not_before or now,
            expires_at=expires_at,
            why_code=why,
        )
        message.pk = self._insert_once(message)
        if message.pk is None:
            return None
        message._state.adding = False
        bell.on_commit()
        return message

    def cancel(
        self,
        *,
        now: dt.datetime,
        mailbox: "Mailbox | None" = None,
        key: int | None = None,
        subject: uuid.UUID | None = None,
    ) -> int:
        """Take back what did not leave yet, by exactly one handle; how many that were.

        What is claimed ends too: the sender reads the row again right before each mail. It keeps
        its owner, so that a mail already past that point is still recorded as sent.
        """
        handles = {"mailbox": mailbox, "key_id": key, "subject": subject}
        given = {name: value for name, value in handles.items() if value is not None}
        if len(given) != 1:
            raise TypeError("cancel takes one of mailbox, key and subject")
        return self.filter(**given).unsent().end(Message.Reason.CANCELLED, now=now)

    def planned(self, mailbox: "Mailbox") -> list[dt.datetime]:
        """When the mails leave that wait for their turn at this mailbox."""
        waiting = self.filter(mailbox=mailbox, lane=Message.Lane.SOON, state=Message.State.WAITING)
        return list(waiting.values_list("not_before", flat=True))

    def rewrite(self, dedupe_key: str, *, subject: uuid.UUID | None = None, **fields: Any) -> bool:
        """Change body, not_before or subject of what waits; False when it is leaving already."""
        found = self.filter(dedupe_key=dedupe_key, state=Message.State.WAITING).first()
        if found is None:
            return False
        if fields.get("body") is not None:
            found.body = fields["body"]
            fields["body"] = Message._meta.get_field("body").pre_save(found, False)
        if subject is not None:
            fields["subject"] = subject
        waiting = self.filter(pk=found.pk, state=Message.State.WAITING)
        return waiting.update(**fields) == 1

    def unsent(self) -> "MessageQuerySet":
        """Everything that may still leave."""
        return self.exclude(state__in=[Message.State.SENT, Message.State.ENDED])

    def accepted(self) -> "MessageQuerySet":
        """What a mail server took from us."""
        return self.filter(state=Message.State.SENT)

    def stuck(self, now: dt.datetime) -> "MessageQuerySet":
        """What should have left long ago: nobody took it, we could not even try, or nothing of
        ours is taken.
        """
        since = now - STUCK
        untaken = Q(lane__in=list(Message.Lane), not_before__lte=since)
        no_try = Q(setback__startswith="connect") | Q(setback__in=["journal", "key"])
        unreached = Q(no_try, tried_at__lte=since, attempts=0)
        unwelcome = Q(setback__startswith="mail 5", tried_at__lte=since)
        return self.filter(untaken | unreached | unwelcome, state=Message.State.WAITING)

    def put_off(self, since: dt.datetime) -> "MessageQuerySet":
        """What a mail server told to come again later, and that was tried first by then."""
        tried = self.filter(state=Message.State.WAITING, tried_at__lte=since)
        return tried.filter(attempts__gt=0, setback__contains=" 4")

    def failed(self, reason: str, *, since: dt.datetime) -> "MessageQuerySet":
        """What ended lately for a reason that is nobody's wish."""
        return self.filter(state=Message.State.ENDED, reason=reason, ended_at__gte=since)

    def sent_to(self, mailboxes: "models.QuerySet[Mailbox]") -> "MessageQuerySet":
        """What was written to these mailboxes, the newest first, without opening it."""
        return self.filter(mailbox__in=mailboxes).order_by("-pk").defer("body")

    def try_again(self, mailboxes: "models.QuerySet[Mailbox]", *, now: dt.datetime) -> int:
        """Let what a mail server put off try again at once; what waits for its time waits on."""
        put_off = self.filter(mailbox__in=mailboxes, state=Message.State.WAITING).exclude(
            setback=""
        )
        count = put_off.update(not_before=now)
        if count:
            bell.on_commit()
        return count

    def of_key(self, key_id: int) -> "MessageQuerySet":
        """Every message with the words of one key."""
        return self.filter(key_id=key_id)

    def to_forget(self, now: dt.datetime) -> "MessageQuerySet":
        """What left or ended thirty days ago."""
        return self.filter(Q(sent_at__lte=now - _KEPT) | Q(ended_at__lte=now - _KEPT))

    def end(self, reason: str, *, now: dt.datetime) -> int:
        """End the chosen messages and forget their words."""
        return self.update(
            state=Message.State.ENDED, reason=reason, ended_at=now, claim_until=None, body=None
        )

    def skip_waiting(self, *, now: dt.datetime) -> int:
        """The operator decided: what waits from before never leaves; how many that were."""
        return self.unsent().filter(made_at__lte=now).end(Message.Reason.DROPPED, now=now)

    def release_held(self, *, now: dt.datetime) -> int:
        """The operator decided: what was held waits again, with the same identity as before."""
        held = self.filter(state=Message.State.HELD)
        count = held.update(state=Message.State.WAITING, not_before=now, claim_owner="")
        if count:
            bell.on_commit()
        return count

    def _insert_once(self, message: "Message") -> int | None:
        connection = connections[router.db_for_write(Message)]
        fields = [field for field in Message._meta.local_concrete_fields if not field.primary_key]
        values = [
            field.get_db_prep_save(field.pre_save(message, True), connection) for field in fields
        ]
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        table = connection.ops.quote_name(Message._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our own columns
                " ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
                values,
            )
            row = cursor.fetchone()
        return row[0] if row else None


class LeftAt(models.Func):
    """When the mail of a dedupe key left, or was made: a column for a query of another room."""

    template = (
        "(SELECT COALESCE(m.sent_at, m.made_at) FROM outbox_message m"
        " WHERE m.dedupe_key = %(expressions)s)"
    )
    output_field = models.DateTimeField()


class Message(models.Model):
    """One mail to one mailbox: the row is the queue.

    waiting → claimed → sent | in doubt → waiting or held; ended (reason).
    A retry is waiting with attempts > 0. Only the sweeper touches expired leases.
    """

    part = Part(
        key="key_id",
        what=_("The mail log"),
        why=_("To send each mail once, and to answer “why did this reach me”."),
        kept=_("30 days after it left or ended, without its words."),
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
    mailbox = models.ForeignKey("outbox.Mailbox", on_delete=models.CASCADE)
    key_id = models.BigIntegerField(db_index=True)
    subject = models.UUIDField(db_index=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    # Of one length for nearly every mail: neither a hard day nor a long note shows in the size.
    body = SealedJSONField(bound=("dedupe_key",), size=16384, null=True)
    ring = models.PositiveSmallIntegerField()
    # Defaults stand in the database too: dispatch writes these rows in one INSERT … SELECT.
    state = models.CharField(
        max_length=8, choices=State.choices, default=State.WAITING, db_default=State.WAITING
    )
    reason = models.CharField(
        max_length=12, choices=Reason.choices, default="", db_default="", blank=True
    )
    # Tries that somebody else put off, starts that ended in an error of ours, times in doubt.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    falls = models.PositiveSmallIntegerField(default=0, db_default=0)
    doubts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What the last try ran into: a step and a code, never the server's own words.
    setback = models.CharField(max_length=24, default="", db_default="", blank=True)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    # When it was tried for the first time: a day after that we give up.
    tried_at = models.DateTimeField(null=True)
    claim_owner = models.CharField(max_length=80, default="", db_default="", blank=True)
    claim_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # When a mail server told us afterwards that it could not be delivered.
    returned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why_code = models.CharField(max_length=24, default="", db_default="", blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_state_known",
                condition=Q(state__in=["waiting", "claimed", "sent", "doubt", "held", "ended"]),
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
                condition=(Q(state="ended", ended_at__isnull=False) & ~Q(reason=""))
                | (~Q(state="ended") & Q(reason="", ended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_lane_known", condition=Q(lane__in=["a_now", "b_soon"])
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
            # What the watchdog counts, a few rows among millions.
            models.Index(fields=["not_before"], condition=Q(state="held"), name="message_held"),
            models.Index(
                fields=["tried_at"],
                condition=Q(state="waiting", tried_at__isnull=False),
                name="message_tried",
            ),
            models.Index(
                fields=["reason", "ended_at"],
                condition=Q(state="ended", reason__in=["refused", "gave_up", "poison"]),
                name="message_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @transaction.atomic
    def come_back(self, *, gone: bool, now: dt.datetime) -> None:
        """A mail server could not deliver it after all; told again, nothing changes.

        ``gone`` says that there is nobody by its address. What is older than the last time
        somebody gave the address says nothing about it any more.
        """
        self.returned_at = self.returned_at or now
        self.save(update_fields=["returned_at"])
        mailbox = self.mailbox
        if self.made_at >= mailbox.given_at and (gone or self._is_one_of_many()):
            mailbox.bounce(now=now)

    def _is_one_of_many(self) -> bool:
        """Whether the last mails to this mailbox all came back: a full one can empty itself."""
        last = Message.objects.filter(mailbox=self.mailbox, sent_at__isnull=False)
        returned = last.order_by("-sent_at").values_list("returned_at", flat=True)[:_ENOUGH]
        return len(returned) == _ENOUGH and None not in returned
