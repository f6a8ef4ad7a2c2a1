"""What one member did get of one answer."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from functools import cache

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from checkins import posting, sharing
from checkins.models.answer import Answer
from checkins.models.reply import REPLIES_A_DAY, Reply, TooMany
from circles.models import Member
from circles.models.members import READING
from outbox import limits, links
from outbox.models import LeftAt
from vault.models import Key
from vault.part import Part

LINK_LIFE = dt.timedelta(days=14)

# What stands on the page behind a link, and what a reply from there needs; anything else of these
# rows comes late. To name all of their hundred columns was a third of the work of that page.
_ON_PAGE = (
    *("public_id", "check_in", "member", "key_id", "level", "in_mail", "made_at"),
    *("taken_back_at", "hidden_at", "message_key", "check_in__person"),
    *[f"check_in__answered__{name}" for name in ("person", "key_id", "local_date", "word", "note")],
    *[f"check_in__answered__{name}" for name in ("went_well", "would_help", "chosen")],
    *[f"member__{name}" for name in ("public_id", "circle", "key_id", "generation", "name")],
    *[f"member__{name}" for name in ("level", "in_mail", "hard_day_in_mail", "country", *READING)],
    *[f"member__circle__{name}" for name in ("public_id", "person", "key_id", "helps_me")],
    "member__circle__gestures",
    *[f"member__circle__person__{name}" for name in ("public_id", "display_name", "country")],
    *[f"member__circle__person__{name}" for name in ("language", "mailbox", "reply_mail")],
    *[f"member__circle__person__{name}" for name in ("plain_mail", *Person.HERE)],
)


class _KeyOfMail(models.Func):
    """The message that brings the share of this public id; null when there is none."""

    template = (
        "(SELECT NULLIF(s.message_key, '') FROM checkins_share s"
        " WHERE s.public_id = %(expressions)s)"
    )
    output_field = models.CharField()


class ShareQuerySet(models.QuerySet["Share"]):
    def for_reading(self) -> "ShareQuerySet":
        """With all that a page or a mail about them needs, in one query."""
        return self.select_related(
            "check_in__answered", "check_in__person", "member__circle__person", "member__mailbox"
        )

    def of(self, person: Person) -> "ShareQuerySet":
        """What a person's circle was given, the newest first."""
        return self.filter(check_in__person=person).order_by("-made_at", "-pk")

    def newest_first(self) -> "ShareQuerySet":
        """The order in which pages and mails tell of them."""
        return self.order_by("-made_at", "-pk")

    def behind(self, public_id: uuid.UUID) -> "Share | None":
        """The share a link stands for, with all of its page but the words to and fro: one query.

        What came in one mail with it, the key and when the mail left come along.
        """
        this = models.Value(public_id, output_field=models.UUIDField())
        rows = _with_pages().filter(Q(public_id=public_id) | Q(message_key=_KeyOfMail(this)))
        share = next((row for row in rows if row.public_id == public_id), None)
        if share is None:
            return None
        Key.objects.open_beside(share, share.key_id)
        share.check_in.person = share.member.circle.person
        company = [row for row in rows if row.member_id == share.member_id]
        share.company = sorted(company, key=lambda row: (row.made_at, row.pk), reverse=True)
        return share

    def in_message(self, key: str) -> "ShareQuerySet":
        """The shares a message brings, the newest first."""
        return self.filter(message_key=key).for_reading().newest_first()

    def in_messages(self, keys: Collection[str]) -> "ShareQuerySet":
        """The shares many messages bring, with what decides whether each is still given."""
        found = self.filter(message_key__in=keys)
        return found.only("message_key", "member", "check_in", "taken_back_at", "hidden_at")

    def in_one_mail(self, share: "Share") -> "ShareQuerySet":
        """The shares one mail brings, this one included, the newest first."""
        together = Q(pk=share.pk)
        if share.message_key:
            together |= Q(message_key=share.message_key)
        return self.filter(together, member=share.member_id).for_reading().newest_first()


@cache
def _with_pages() -> ShareQuerySet:
    # Composed once; each ``filter`` asks anew.
    shares = Share.objects.select_related("check_in__answered", "member__circle__person")
    return shares.annotate(mailed_at=LeftAt("message_key"), **Key.objects.beside()).only(*_ON_PAGE)


class Share(models.Model):
    """What one member did get of one answer.

    ``level`` is what this member gets of this answer, by standing choice or by one tap; a really
    hard day has no column of its own. Until the check-in closes the page behind the link shows the
    latest answer; taken back, it shows that nothing is shared just now.
    """

    part = Part(
        key="key_id",
        what=_("Who got what"),
        why=_("Who got what of which answer."),
        kept=_("As long as the answer."),
        export={
            "member.name": _("Who"),
            "check_in.local_date": _("Of the day"),
            "level": _("Heard"),
            "in_mail": _("In the mail itself"),
            "made_at": _("From"),
            "taken_back_at": _("Taken back on"),
        },
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    check_in = models.ForeignKey("CheckIn", on_delete=models.CASCADE, related_name="shares")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="shares")
    key_id = models.BigIntegerField()
    level = models.CharField(max_length=8, choices=Member.Level.choices)
    in_mail = models.BooleanField()
    made_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)  # by a decision of the moderators
    # The dedupe key of the message that carries it: several shares can travel in one mail.
    message_key = models.CharField(max_length=120, blank=True)

    objects = ShareQuerySet.as_manager()

    # What came in one mail with it, itself included; known when it was opened by its link.
    company: list["Share"] | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "member"], name="one_share_a_member"),
            models.CheckConstraint(
                name="share_level_known", condition=Q(level__in=["hello", "word", "words"])
            ),
        ]
        indexes = [models.Index(fields=["message_key"], name="share_by_message")]

    def __str__(self) -> str:
        return f"share {self.public_id}"

    @property
    def answer(self) -> Answer | None:
        """The latest answer of its check-in, None once it was deleted."""
        return self.check_in.said()

    @property
    def given(self) -> sharing.Given | None:
        """What the member can read of it just now; None says that nothing is shared."""
        return sharing.given(self)

    def with_its_company(self) -> list["Share"]:
        """The shares that came in one mail with it, itself included, the newest first."""
        return self.company or list(Share.objects.in_one_mail(self))

    def link_ends_at(self) -> dt.datetime:
        """Fourteen days after the mail, also when the check-in closed."""
        mailed_at = self.mailed_at if hasattr(self, "mailed_at") else posting.left_at(self)
        return (mailed_at or self.made_at) + LINK_LIFE

    @transaction.atomic
    def send_fresh_link(self, now: dt.datetime) -> None:
        """Mail a fresh link to the member, who asked for one."""
        posting.send_again(self, now=now)

    def give(self, choice: sharing.Choice, *, now: dt.datetime) -> None:
        """Let the member have this much of the answer."""
        self.level, self.in_mail, self.taken_back_at = choice.level, choice.in_mail, None
        self.made_at = self.made_at or now
        self.save()

    def put_into(self, message_key: str) -> None:
        """Remember which message brings it."""
        self.message_key = message_key
        self.save(update_fields=["message_key"])

    @transaction.atomic
    def take_back(self, now: dt.datetime) -> None:
        """Give this member nothing of this answer any more, whatever the words become."""
        answer = self.answer
        if answer is not None:
            answer.keep_from({self.member_id})
            answer.save(update_fields=["chosen"])
        self.close(now)

    def close(self, now: dt.datetime) -> None:
        """Show nothing behind the link from now on, and take it out of the mail that waits."""
        self.taken_back_at = self.taken_back_at or now
        self.save(update_fields=["taken_back_at"])
        posting.withdraw(self, now=now)

    @transaction.atomic
    def hide(self, *, now: dt.datetime) -> None:
        """Show nothing behind the link, whatever the words become."""
        self.hidden_at = self.hidden_at or now
        self.save(update_fields=["hidden_at"])
        posting.withdraw(self, now=now)

    def show(self) -> None:
        """Show it again behind the link. No second mail tells of it."""
        self.hidden_at = None
        self.save(update_fields=["hidden_at"])

    def reply(
        self,
        gesture: str = "",
        words: str = "",
        kinds: Sequence[str] = (),
        *,
        mail_key: str | None = None,
        now: dt.datetime,
    ) -> Reply:
        """What the member says back; raises Dead when their link has ended."""
        if now >= self.link_ends_at():
            raise links.Dead
        if not limits.allow(
            "reply", self.member_id, at_most=REPLIES_A_DAY, within=dt.timedelta(days=1), now=now
        ):
            raise TooMany
        return Reply.objects.say(
            self.member,
            share=self,
            gesture=gesture,
            words=words,
            kinds=kinds,
            mail_key=mail_key,
            now=now,
        )

    def undo_reply(self, public_id: uuid.UUID, now: dt.datetime) -> bool:
        """Take back something the member said here; False when there is nothing to undo."""
        reply = self.replies.filter(public_id=public_id, by_person=False).first()
        return reply is not None and reply.undo(now)
