"""The circle, its members and the one invitation each of them gets."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import Mailbox
from vault.fields import SealedField, SealedJSONField
from vault.part import Part


class Circle(models.Model):
    """A person and the people they trust."""

    part = Part(
        key="key_id",
        why="What you want your circle to know helps you, and who hears of a hard day.",
        kept="Until you change it or erase your account.",
        export=("helps_me", "gestures", "hard_day_rule"),
    )

    class HardDayRule(models.TextChoices):
        NOBODY = "nobody", _("tell nobody")
        ASK = "ask", _("ask me each time")
        TELL = "tell", _("tell these people")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="circle"
    )
    key_id = models.BigIntegerField()
    helps_me = SealedField(size=1024)
    # The circle's own set of gestures, as a list of texts; empty means ours.
    gestures = SealedJSONField(size=1024)
    hard_day_rule = models.CharField(
        max_length=8, choices=HardDayRule.choices, default=HardDayRule.NOBODY
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hard_day_rule_known", condition=Q(hard_day_rule__in=["nobody", "ask", "tell"])
            )
        ]

    def __str__(self) -> str:
        return f"circle {self.public_id}"


class Member(models.Model):
    """Somebody the person invited; needs no account.

    invited → accepted | declined | lapsed; accepted → left | removed; invited → removed.
    Declining and leaving can be undone by the same link for 24 hours.
    """

    part = Part(
        key="key_id",
        why="Who you invited, what you call them and what each of them hears.",
        kept="Until you remove them and 24 hours have passed, or erase your account.",
        export=("name", "label", "kind", "level", "in_mail", "state", "state_at"),
        expired="to_forget",
    )

    class Kind(models.TextChoices):
        FAMILY = "family", _("Family")
        FRIEND = "friend", _("A friend")
        PEER = "peer", _("Someone who knows it themselves")
        PROFESSIONAL = "professional", _("A professional")
        COMMUNITY = "community", _("From my community")

    class Level(models.TextChoices):
        HELLO = "hello", _("that I said hello")
        WORD = "word", _("my word")
        WORDS = "words", _("my word and what I write")
        ASK = "ask", _("I decide each time")

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", _("beside you")
        DECLINED = "declined", _("said no")
        LAPSED = "lapsed", _("did not answer")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="members")
    key_id = models.BigIntegerField()
    mailbox = models.OneToOneField(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    # Part of every link of this member: adding one ends all links at once.
    generation = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = SealedField(size=512)
    label = SealedField(size=512)
    level = models.CharField(max_length=8, choices=Level.choices)
    in_mail = models.BooleanField()
    named_for_hard_days = models.BooleanField(default=False)
    hard_day_in_mail = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    state_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)  # by the person
    on_break_at = models.DateTimeField(null=True)  # by the member
    country = models.CharField(max_length=2, blank=True)
    zone = models.CharField(max_length=64)
    quiet_from = models.TimeField(default=dt.time(21))
    quiet_until = models.TimeField(default=dt.time(8))
    now_in_quiet_hours = models.BooleanField(default=False)
    wants_each = models.BooleanField(default=False)
    answers_when = SealedField(size=512)
    reads_between_sessions = models.BooleanField(default=True)
    first_word = SealedField(size=1024)
    # When the last two routine mails were planned: at most two a week unless the member wants each.
    routine_at = models.DateTimeField(null=True)
    routine_before_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="member_state_known",
                condition=Q(
                    state__in=["invited", "accepted", "declined", "lapsed", "left", "removed"]
                ),
            ),
            models.CheckConstraint(
                name="member_level_known",
                condition=Q(level__in=["hello", "word", "words", "ask"]),
            ),
            models.CheckConstraint(
                name="accepted_member_has_mailbox",
                condition=~Q(state="accepted") | Q(mailbox__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.public_id}"


class Invitation(models.Model):
    """The one mail before consent: yes, no, never again."""

    part = Part(
        key="member__key_id",
        why="The words you invited somebody with, and what they answered.",
        kept="14 days when unanswered.",
        export=("words", "made_at", "answered_at"),
        expired="to_forget",
    )

    class Way(models.TextChoices):
        MAIL = "mail", _("by mail")
        SELF = "self", _("I send it myself")

    class Said(models.TextChoices):
        NOTHING = "", ""
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NEVER = "never", _("Never ask me again")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="invitation")
    key_id = models.BigIntegerField()
    way = models.CharField(max_length=4, choices=Way.choices, default=Way.MAIL)
    words = SealedField(size=2048)
    # Only for an invitation the person sends themselves: used up once an address was typed.
    used_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=5, choices=Said.choices, default="", blank=True)

    def __str__(self) -> str:
        return f"invitation {self.public_id}"
