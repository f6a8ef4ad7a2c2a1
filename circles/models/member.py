"""The member: somebody the person invited, with or without an answer yet."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from circles import letters
from circles.models.invitation import UNDO_LASTS, Invitation
from circles.models.members import MemberQuerySet
from circles.quiet import first_loud
from outbox.links import Link
from outbox.mail import to_body
from outbox.models import Mailbox, Message
from vault.fields import SealedField
from vault.part import Part

OWN_PAGE_LASTS = dt.timedelta(days=90)
_WEEK = dt.timedelta(days=7)
# What more can be given beside the level, each by a yes of the person.
_GIVEN = ("in_mail", "named_for_hard_days", "hard_day_in_mail")


class Member(models.Model):
    """Somebody the person invited; needs no account.

    invited → accepted | declined | lapsed; accepted → left | removed; invited → removed.
    Declining and leaving can be undone by the same link for 24 hours. A corrected address
    leads from accepted back to invited.
    """

    part = Part(
        key="key_id",
        what=_("The people you invited"),
        why=_("Who you invited, what you call them and what each of them hears."),
        kept=_("Until you remove them and 24 hours have passed, or erase your account."),
        export={
            "name": _("Name"),
            "label": _("What they are to you"),
            "kind": _("They are"),
            "level": _("When I answer, they hear"),
            "in_mail": _("In the mail itself"),
            "named_for_hard_days": _("Named for a really hard day"),
            "hard_day_in_mail": _("On such a day in the mail itself"),
            "first_word": _("First word that waits for them"),
            "seen_state": _("How it stands"),
            "accepted_at": _("Said yes on"),
            "paused_at": _("Paused by you since"),
            "shown_answers_when": _("Can usually answer"),
        },
        read={"seen_state": "seen_state_words"},
        expired="to_forget",
    )

    class Kind(models.TextChoices):
        FAMILY = "family", _("Family")
        FRIEND = "friend", _("A friend")
        PEER = "peer", _("Someone who has been there")
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

    # From the least to the most: what stands further left tells less.
    LEVELS = ["ask", "hello", "word", "words"]
    CHANGEABLE = {
        "name", "label", "kind", "level", "in_mail", "named_for_hard_days", "hard_day_in_mail",
    }  # fmt: skip
    HOURS = {
        "zone", "quiet_from", "quiet_to", "now_in_quiet_hours", "wants_each", "plain_mail",
        "answers_when", "reads_between_sessions", "country",
    }  # fmt: skip

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    circle = models.ForeignKey("circles.Circle", on_delete=models.CASCADE, related_name="members")
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
    accepted_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)  # by the person
    on_break_at = models.DateTimeField(null=True)  # by the member
    # By decisions of the moderators: the two hear nothing of each other; words are not shown.
    blocked_at = models.DateTimeField(null=True)
    first_word_hidden_at = models.DateTimeField(null=True)
    away_hidden_at = models.DateTimeField(null=True)
    # What the person reads about a break, in the member's own choice of words.
    away_words = SealedField(size=512)
    country = models.CharField(max_length=2, blank=True)
    zone = models.CharField(max_length=64)
    quiet_from = models.TimeField(default=dt.time(21))
    quiet_to = models.TimeField(default=dt.time(8))
    now_in_quiet_hours = models.BooleanField(default=False)
    # The very plain form: a mail that names nobody and holds nothing but a link.
    plain_mail = models.BooleanField(default=False)
    wants_each = models.BooleanField(default=False)
    answers_when = SealedField(size=512)
    reads_between_sessions = models.BooleanField(default=True)
    first_word = SealedField(size=1024)
    # When the last two routine mails were planned: at most two a week unless the member wants each.
    routine_at = models.DateTimeField(null=True)
    routine_before_at = models.DateTimeField(null=True)

    objects = MemberQuerySet.as_manager()

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

    # what the person decides

    def change(self, *, now: dt.datetime, **changes: Any) -> None:
        """Change what the member hears or is called; hearing less ends what waits and the links."""
        less = self.state == self.State.ACCEPTED and self._hears_less(changes)
        with transaction.atomic():
            self._set(changes, self.CHANGEABLE)
            if less:
                self._end_links(now)

    def pause(self, now: dt.datetime) -> None:
        """Let this member hear nothing for a while. Nobody tells them.

        Raises ValidationError before a yes: ending the links would end the invitation.
        """
        if self.state not in {self.State.ACCEPTED, self.State.LEFT}:
            raise ValidationError(gettext("There is nothing to pause before a yes."))
        self.paused_at = now
        with transaction.atomic():
            self.save(update_fields=["paused_at"])
            self._end_links(now)

    def resume(self, now: dt.datetime) -> None:
        """Let the member hear again from the next answer on; old links stay dead."""
        self.paused_at = None
        self.save(update_fields=["paused_at"])

    def remove(self, now: dt.datetime) -> None:
        """Silent and total: what waits is cancelled and every link ends in the same transaction."""
        with transaction.atomic():
            self.become(self.State.REMOVED, now)
            self._end_links(now)

    def correct(self, address: str, *, now: dt.datetime) -> None:
        """Ask again, once: at a corrected address, or at one from which mail came back.

        Raises ValidationError with a sentence for the person when it cannot be.
        """
        with transaction.atomic():
            if not self.invitation.take_correction(now):
                return
            self.circle.check_corrected(address, of=self)
            self.become(self.State.INVITED, now)
            self._end_links(now)
            self._drop_mailbox()
            self.circle.note_asked(address)
            language = self.circle.person.language
            given = Mailbox.objects.give(address, key_id=self.key_id, language=language, now=now)
            self.take_mailbox(given)
            self.invitation.begin_again(now)

    # what moderators decide

    def block(self, *, now: dt.datetime) -> None:
        """Let the two hear nothing of each other; what waits and every link ends at once."""
        self.blocked_at = self.blocked_at or now
        with transaction.atomic():
            self.save(update_fields=["blocked_at"])
            self._end_links(now)

    def unblock(self) -> None:
        """Let the two hear of each other again; old links stay dead."""
        self.blocked_at = None
        self.save(update_fields=["blocked_at"])

    def hide_words(self, name: str, at: dt.datetime | None) -> None:
        """Show ``first_word``, or the wording ``away``, to nobody; ``at`` None shows it again."""
        setattr(self, f"{name}_hidden_at", at)
        self.save(update_fields=[f"{name}_hidden_at"])

    # what the invitee decides

    def accept(self, now: dt.datetime) -> bool:
        """Yes. False when there is nothing to say yes to any more."""
        with transaction.atomic():
            if not self.become(self.State.ACCEPTED, now, only_from=self.State.INVITED):
                return False
            self.accepted_at = self.accepted_at or now
            self.save(update_fields=["accepted_at"])
            self.invitation.note(Invitation.Said.YES, now)
        return True

    def decline(self, now: dt.datetime, *, never: bool = False) -> None:
        """No, or never again. The address is deleted a day later; until then it can be undone."""
        with transaction.atomic():
            if not self.become(self.State.DECLINED, now, only_from=self.State.INVITED):
                return
            self.invitation.note(Invitation.Said.NO, now)
            if never:
                self.invitation.say_never(now)

    def undo_decline(self, now: dt.datetime) -> None:
        """Take a No back within a day: the letter is open again."""
        said_at = self.state_at
        with transaction.atomic():
            if not self.become(self.State.INVITED, now, only_from=self.State.DECLINED):
                return
            self.invitation.take_never_back(said_at)
            self.invitation.note(Invitation.Said.NOTHING, None)

    # what the member decides

    def take_break(self, now: dt.datetime, words: str = "") -> None:
        """Nothing comes until the member is back; the person reads the member's own wording."""
        self.on_break_at, self.away_words = now, words
        with transaction.atomic():
            self.save(update_fields=["on_break_at", "away_words"])
            self._cancel(now)

    def leave(self, now: dt.datetime, words: str = "", *, never: bool = False) -> None:
        """Leave. To the person it looks like a break, in the wording the member chose."""
        self.away_words = words
        with transaction.atomic():
            if not self.become(self.State.LEFT, now, only_from=self.State.ACCEPTED):
                return
            self.save(update_fields=["away_words"])
            self._cancel(now)
            if never:
                self.invitation.say_never(now)

    def return_(self, now: dt.datetime) -> None:
        """Come back from a break at any time, or from leaving within a day."""
        said_at, self.on_break_at = self.state_at, None
        with transaction.atomic():
            self.save(update_fields=["on_break_at"])
            if self.mailbox is not None:
                self.mailbox.open_again()
            if self.become(self.State.ACCEPTED, now, only_from=self.State.LEFT):
                self.invitation.take_never_back(said_at)

    def set_hours(self, *, language: str, **hours: Any) -> None:
        """When the member can be reached, how often, and in which language."""
        with transaction.atomic():
            self._set(hours, self.HOURS)
            if self.mailbox is not None:
                self.mailbox.speak(language)

    # when a mail may leave

    def quiet_until(self, moment: dt.datetime) -> dt.datetime:
        """The first moment at or after ``moment`` outside this member's quiet hours."""
        return first_loud(
            moment, zone=self.zone, quiet_from=self.quiet_from, quiet_to=self.quiet_to
        )

    def next_now(self, now: dt.datetime) -> dt.datetime:
        """When a "tell them now" may leave: at once if the member allowed it in quiet hours too."""
        return now if self.now_in_quiet_hours else self.quiet_until(now)

    def next_routine(self, now: dt.datetime) -> dt.datetime:
        """When the next routine mail may leave: two in seven days unless the member wants each.

        A mail that is planned and has not left yet is the one to gather into: its time comes back.
        """
        if self.wants_each:
            return self.quiet_until(now)
        if self.routine_at is not None and self.routine_at > now:
            return self.routine_at
        earliest = now
        if self.routine_before_at is not None:
            earliest = max(now, self.routine_before_at + _WEEK)
        return self.quiet_until(earliest)

    def note_routine(self, moment: dt.datetime) -> None:
        """Remember when a routine mail was planned, so that two a week stay two."""
        if moment != self.routine_at:
            self.routine_at, self.routine_before_at = moment, self.routine_at
            self.save(update_fields=["routine_at", "routine_before_at"])

    def move_routine(self, planned: dt.datetime, moment: dt.datetime) -> None:
        """The routine mail that was planned for a moment leaves at another one."""
        if planned == self.routine_at != moment:
            self.routine_at = moment
            self.save(update_fields=["routine_at"])

    def unplan_routine(self, planned: dt.datetime) -> None:
        """A mail planned for then never left: if it was the last routine one, it took no turn."""
        if planned == self.routine_at:
            # It had its turn a week after the one before the last: the next one has the same turn.
            self.routine_at, self.routine_before_at = self.routine_before_at, planned - _WEEK
            self.save(update_fields=["routine_at", "routine_before_at"])

    # how it stands

    @property
    def is_away(self) -> bool:
        """On a break or gone: the person cannot tell one from the other."""
        rests = self.state == self.State.ACCEPTED and self.on_break_at is not None
        return rests or self.state == self.State.LEFT

    @property
    def seen_state(self) -> str:
        """The state as the person may see it: leaving looks like a break."""
        return "away" if self.is_away else str(self.state)

    @property
    def seen_state_words(self) -> str:
        """The same in words."""
        return self.away_text if self.is_away else self.get_state_display()

    @property
    def away_text(self) -> str:
        """What the person reads about a member who is away."""
        if self.away_words and not self.away_hidden_at:
            return self.away_words
        return gettext("%(name)s is taking a break") % {"name": self.name}

    @property
    def shown_answers_when(self) -> str:
        """When they can usually answer, while they are there: after a goodbye it is deleted."""
        return "" if self.is_away else self.answers_when

    @property
    def shown_first_word(self) -> str:
        """The word that waits for the member, unless moderators hid it."""
        return "" if self.first_word_hidden_at else self.first_word

    @property
    def is_reading(self) -> bool:
        """Whether words go both ways: said yes, neither paused nor blocked."""
        return self.state == self.State.ACCEPTED and not (self.paused_at or self.blocked_at)

    @property
    def is_beside(self) -> bool:
        """Whether a word of the person reaches them now: they read, and are not on a break."""
        return self.is_reading and self.on_break_at is None

    @property
    def has_bounced(self) -> bool:
        """Whether mail to this member came back."""
        return self.mailbox is not None and self.mailbox.bounced_at is not None

    def can_be_corrected(self, now: dt.datetime) -> bool:
        """Whether a second mail may leave: once, while it waits or when mail came back."""
        if self.state == self.State.INVITED:
            wanted = self.mailbox is not None and self.invitation.is_open(now)
        else:
            wanted = self.has_bounced and self.state == self.State.ACCEPTED and not self.is_away
        return wanted and self.invitation.corrected_at is None

    def can_enter(self, now: dt.datetime, *, heard: bool) -> bool:
        """Whether the link to the own page still opens; each mail that is ``heard`` renews it."""
        if self.state == self.State.LEFT:
            return now - self.state_at < UNDO_LASTS
        recent = self.accepted_at is not None and now - self.accepted_at < OWN_PAGE_LASTS
        away = self.on_break_at is not None
        return self.state == self.State.ACCEPTED and (recent or heard or away)

    def send_own_page(self, now: dt.datetime) -> None:
        """A fresh link to the member's own page, for somebody whose old one has ended."""
        assert self.mailbox is not None
        mail = letters.own_page(self, language=self.mailbox.language)
        Message.objects.post(
            kind="own_page",
            mailbox=self.mailbox,
            key_id=self.key_id,
            subject=self.public_id,
            dedupe_key=f"own_page:{self.public_id}:{now:%Y%m%d%H%M}",
            body=to_body(mail),
            why="fresh_link",
            now=now,
            expires_at=now + dt.timedelta(days=2),
        )

    @property
    def own_link(self) -> Link:
        """The member's way to their own page; it stands in every mail to them."""
        return Link("y", self.public_id, self.generation)

    @property
    def stop_link(self) -> Link:
        """The one-click stop behind List-Unsubscribe."""
        return Link("u", self.public_id, self.generation)

    def become(self, state: str, now: dt.datetime, *, only_from: str = "") -> bool:
        """Move to a state; with ``only_from`` the row must still stand in that one."""
        rows = Member.objects.filter(pk=self.pk)
        if only_from:
            rows = rows.filter(state=only_from)
        if not rows.update(state=state, state_at=now):
            return False
        self.state, self.state_at = state, now
        return True

    def take_mailbox(self, mailbox: Mailbox) -> None:
        """Be reached at this mailbox from now on; rows that have ended let go of it."""
        self.circle.members.let_go_of(mailbox)
        self.mailbox = mailbox
        self.save(update_fields=["mailbox"])

    def forget_address(self) -> None:
        """Delete the address, what only the member told us, and a word they never came to read."""
        self.country = self.answers_when = ""
        self.first_word = self.first_word if self.accepted_at else ""
        self.save(update_fields=["country", "answers_when", "first_word"])
        self._drop_mailbox()

    def hears_more(self, changes: dict[str, Any]) -> bool:
        """Whether these changes let the member hear more than before."""
        level = changes.get("level", self.level)
        higher = self.LEVELS.index(level) > self.LEVELS.index(self.level)
        return higher or any(changes.get(name) and not getattr(self, name) for name in _GIVEN)

    def _hears_less(self, changes: dict[str, Any]) -> bool:
        level = changes.get("level", self.level)
        lower = self.LEVELS.index(level) < self.LEVELS.index(self.level)
        return lower or any(getattr(self, name) and not changes.get(name, True) for name in _GIVEN)

    def _set(self, values: dict[str, Any], theirs: set[str]) -> None:
        if unknown := values.keys() - theirs:
            raise TypeError(f"not theirs to change: {sorted(unknown)}")
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))

    def _end_links(self, now: dt.datetime) -> None:
        Member.objects.filter(pk=self.pk).update(generation=F("generation") + 1)
        self.refresh_from_db(fields=["generation"])
        self._cancel(now)

    def _drop_mailbox(self) -> None:
        mailbox, self.mailbox = self.mailbox, None
        if mailbox is not None:
            self.save(update_fields=["mailbox"])
            mailbox.delete()

    def _cancel(self, now: dt.datetime) -> None:
        if self.mailbox is not None:
            # What is on its way just now may still arrive, and counts.
            for planned in Message.objects.planned(self.mailbox):
                self.unplan_routine(planned)
            Message.objects.cancel(now=now, mailbox=self.mailbox)
