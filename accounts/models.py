"""The person at the centre, what they agreed to, and where they are signed in."""

import datetime as dt
import hashlib
import uuid

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.once import Once as Once
from accounts.tokens import Token
from library import names, zones
from outbox.models import Mailbox
from vault import scope
from vault.fields import SealedField, SealedJSONField
from vault.models import Key
from vault.part import Part

CONSENT_VERSION = "2026-11"
_IDLE = dt.timedelta(days=365)
_TO_COME_BACK = dt.timedelta(days=30)


class PersonQuerySet(models.QuerySet["Person"]):
    def unproven(self, now: dt.datetime) -> "PersonQuerySet":
        """Persons who asked for a code more than a day ago and never came in."""
        return self.never_begun().filter(joined_at__lt=now - dt.timedelta(days=1))

    def never_begun(self) -> "PersonQuerySet":
        """Persons of whom nothing is kept but that somebody typed their address."""
        return self.filter(welcomed_at=None, consents=None, is_staff=False)

    def to_ask_about_sleep(self, now: dt.datetime) -> "PersonQuerySet":
        """Persons who were not here for a year and were not asked yet."""
        return self._away().filter(here_on__lte=now.date() - _IDLE, sleep_asked_at=None)

    def to_sleep(self, now: dt.datetime) -> "PersonQuerySet":
        """Persons who were asked a month ago and did not come back."""
        return self._away().filter(sleep_asked_at__lte=now - _TO_COME_BACK)

    def _away(self) -> "PersonQuerySet":
        # An account that rests because its holder died is written nothing at all.
        return self.filter(asleep_at=None, frozen_at=None, is_staff=False).exclude(welcomed_at=None)

    def delete(self) -> tuple[int, dict[str, int]]:
        """With their mailboxes and keys: without a key nothing of theirs can be read again."""
        key_ids = list(self.values_list("key_id", flat=True))
        with transaction.atomic():
            done = super().delete()
            Mailbox.objects.filter(key_id__in=key_ids).delete()
            Key.objects.filter(pk__in=key_ids).delete()
        return done


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def begin(self, address: str, *, now: dt.datetime) -> "Person":
        """The person of an address, made when there is none yet.

        A known and a new address take the same statements, so that neither the page nor the work
        behind it tells whether somebody has an account.
        """
        address = address.lower()
        key = Key.objects.make()
        person = Person(
            key_id=key.pk, email=address, joined_at=now, language=translation.get_language() or "en"
        )
        person.set_unusable_password()
        with transaction.atomic():
            self.bulk_create([person], ignore_conflicts=True)
            # Sealing opened the fresh key. A known person's key is still closed here.
            scope.forget(key.pk)
            found: Person = self.get(email=address)
            Key.objects.filter(pk=key.pk).exclude(pk=found.key_id).delete()
            own = EmailAddress(user=found, email=address, primary=True)
            EmailAddress.objects.bulk_create([own], ignore_conflicts=True)
        return found

    def of_address(self, address: str) -> "Person | None":
        """The account of exactly this address, found by its keyed hash; None when there is none."""
        mailboxes = Mailbox.objects.of_address(address)
        found = self.filter(Q(mailbox__in=mailboxes) | Q(email=address.strip().lower()))
        person: Person | None = found.order_by("pk").first()
        return person

    def is_taken(self, address: str, *, by_other_than: "Person") -> bool:
        """Whether somebody else has an account with this address."""
        others = self.filter(email=address).exclude(pk=by_other_than.pk)
        unused = others.never_begun().values("pk")
        return bool(others.exclude(pk__in=unused).exists())

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """The account holder. Address and display name stand in clear, and the docs say so."""

    part = Part(
        key="key_id",
        what=_("Your account"),
        why=_("To sign you in, call you by your name and speak your language at your time."),
        kept=_("Until you erase your account. After a year without you it sleeps."),
        export={
            "display_name": _("Name"),
            "email": _("Mail address"),
            "language": _("Language"),
            "country": _("Country"),
            "zone": _("Time zone"),
            "joined_at": _("Here since"),
            "own_subject": _("Your own subject line"),
            "plain_mail": _("Very plain mails"),
            "reply_mail": _("When somebody answers you"),
            "here_on": _("Last here in the month of"),
            "erased_when_away": _("Erased after a year without you"),
        },
        read={"country": "country_name", "zone": "zone_name", "language": "language_name"},
        expired="unproven",
    )

    class ReplyMail(models.TextChoices):
        NONE = "none", _("no mail; I look at Today")
        NOTICE = "notice", _("a mail that somebody wrote")
        WORDS = "words", _("a mail with their words in it")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.BigIntegerField(unique=True)
    email = models.EmailField(_("mail address"), max_length=254)
    display_name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(max_length=12, default="en")
    country = models.CharField(max_length=2, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    reply_mail = models.CharField(max_length=8, choices=ReplyMail.choices, default=ReplyMail.NOTICE)
    # The subject the person wrote for mails to themselves; empty means one of ours.
    own_subject = SealedField(size=256)
    plain_mail = models.BooleanField(default=False)
    # Nobody needs to know when somebody was last here; for a year away the month is enough.
    last_login = None
    here_on = models.DateField(null=True)
    sleep_asked_at = models.DateTimeField(null=True)
    asleep_at = models.DateTimeField(null=True)
    erased_when_away = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    welcomed_at = models.DateTimeField(null=True)
    # By a decision of the moderators. The way to one's own things, plan and helplines stays open.
    suspended_at = models.DateTimeField(null=True)
    # Somebody told us that the person died: nothing is sent, nothing is announced.
    frozen_at = models.DateTimeField(null=True)

    # What ``is_here`` asks.
    HERE = ("welcomed_at", "is_active", "asleep_at", "suspended_at", "frozen_at")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_an_address")]

    def __str__(self) -> str:
        return f"person {self.public_id}"

    @property
    def called(self) -> str:
        """The first word of the chosen name: all of it that others read, on pages and in mails."""
        return (self.display_name.split() or [gettext("Somebody")])[0]

    @property
    def country_name(self) -> str:
        """Their country in the language spoken just now; empty when they did not say."""
        return names.country_name(self.country) if self.country else ""

    @property
    def zone_name(self) -> str:
        """Their clock in words."""
        return zones.zone_name(self.zone)

    @property
    def language_name(self) -> str:
        """Their language in words."""
        return names.language_name(self.language)

    @property
    def is_here(self) -> bool:
        """Whether they said yes and the account is open; else nothing is kept or passed on."""
        there = self.welcomed_at is not None and self.is_active and self.asleep_at is None
        return there and not self.is_stopped

    @property
    def is_stopped(self) -> bool:
        """Whether moderators stopped the account: nothing is asked, and nothing reaches others."""
        return self.suspended_at is not None or self.frozen_at is not None

    def local(self, now: dt.datetime) -> dt.datetime:
        """``now`` on the person's own clock; UTC when their zone is no longer known."""
        return now.astimezone(zones.clock(self.zone) or dt.UTC)

    def today(self, now: dt.datetime) -> dt.date:
        """The person's own date at ``now``."""
        return self.local(now).date()

    def welcome(
        self, *, name: str, country: str, zone: str, language: str, now: dt.datetime
    ) -> None:
        """The one screen after the first sign-in: a name, a place, a consent.

        A button pressed twice says yes once.
        """
        with transaction.atomic():
            held = Person.objects.select_for_update(no_key=True).get(pk=self.pk)
            if held.welcomed_at is not None:
                return
            self.display_name, self.country = name, country
            self.zone, self.language = zone, language
            self.welcomed_at = now
            self.here_on = now.date().replace(day=1)
            self.mailbox = Mailbox.objects.give(
                self.email, key_id=self.key_id, language=language, now=now
            )
            self.mailbox.speak(language)
            self.save()
            self.consents.create(text_version=CONSENT_VERSION, given_at=now)

    def be_called(self, *, name: str, language: str, country: str) -> None:
        """Another name, language or country."""
        self.display_name, self.language, self.country = name, language, country
        with transaction.atomic():
            self.save(update_fields=["display_name", "language", "country"])
            if self.mailbox:
                self.mailbox.speak(language)

    def check_address(self, address: str) -> None:
        """Raises ValidationError when it is the address of somebody in their own circle."""
        there = Mailbox.objects.of_address(address).filter(key_id=self.key_id)
        if there.exclude(pk=self.mailbox_id or 0).exists():
            said = gettext("Somebody in your circle has this address. Remove that person first.")
            raise ValidationError(said)

    def use_address(self, address: str, *, now: dt.datetime) -> None:
        """Mail and codes go to ``address``, which proved to be theirs; what waits follows.

        Raises ValidationError when it is taken meanwhile. Programs are out, as with a new password.
        """
        self.check_address(address)
        others = type(self).objects.filter(email=address).exclude(pk=self.pk)
        self.email = address
        try:
            with transaction.atomic():
                others.never_begun().delete()
                self.save(update_fields=["email"])
                EmailAddress.objects.filter(user=self).delete()
                EmailAddress.objects.create(user=self, email=address, primary=True, verified=True)
                if self.mailbox:
                    self.mailbox.move(address, now=now)
                self.end_programs()
        except IntegrityError:
            self.refresh_from_db(fields=["email"])
            raise ValidationError(gettext("This address cannot be used.")) from None

    def note_here(self, now: dt.datetime) -> None:
        """They signed in or answered: written down once a month, and whoever slept wakes."""
        month = now.date().replace(day=1)
        if self.here_on == month and self.asleep_at is None:
            return
        self.here_on, self.sleep_asked_at, self.asleep_at = month, None, None
        self.save(update_fields=["here_on", "sleep_asked_at", "asleep_at"])

    def note_asked_about_sleep(self, now: dt.datetime) -> None:
        """The mail is out; a month from now the account sleeps."""
        self.sleep_asked_at = now
        self.save(update_fields=["sleep_asked_at"])

    def sleep(self, now: dt.datetime) -> None:
        """From now on nothing is asked, kept or passed on, until they come back."""
        self.asleep_at = now
        with transaction.atomic():
            self.save(update_fields=["asleep_at"])
            self.end_programs()

    def choose_when_away(self, *, erased: bool) -> None:
        """Whether a year without them lets the account sleep or erases it."""
        self.erased_when_away = erased
        self.save(update_fields=["erased_when_away"])

    def move(self, zone: str) -> None:
        """Another time zone. What is planned moves too: see ``supportnet.zone``."""
        self.zone = zone
        self.save(update_fields=["zone"])

    def write_again(self, now: dt.datetime) -> None:
        """Mail to the person came back or was called unwanted; they say it is right after all."""
        if self.mailbox is None:
            return
        with transaction.atomic():
            Mailbox.objects.give(self.email, key_id=self.key_id, language=self.language, now=now)
            self.mailbox.open_again()

    def stop_reply_mail(self, now: dt.datetime) -> None:
        """No more mails about what the circle writes; Today goes on showing it."""
        self.reply_mail = self.ReplyMail.NONE
        self.save(update_fields=["reply_mail"])

    def choose_mail(self, *, own_subject: str, plain_mail: bool, reply_mail: str) -> None:
        """How mails to the person themselves look."""
        self.own_subject, self.plain_mail, self.reply_mail = own_subject, plain_mail, reply_mail
        self.save(update_fields=["own_subject", "plain_mail", "reply_mail"])

    def withdraw_consent(self, *, now: dt.datetime) -> None:
        """As easy as giving it: every page leads to the welcome page until there is a new yes."""
        self.welcomed_at = None
        with transaction.atomic():
            self.save(update_fields=["welcomed_at"])
            self.consents.filter(withdrawn_at=None).update(withdrawn_at=now)

    def second_factors(self) -> set[str]:
        """The kinds of second factors that were added."""
        return set(Authenticator.objects.filter(user=self).values_list("type", flat=True))

    def take_password_away(self) -> None:
        """Back to codes alone."""
        self.set_unusable_password()
        self.save(update_fields=["password"])

    def make_staff(self) -> None:
        """Open the office to this account; the second factor is asked at its door."""
        self.is_staff = self.is_superuser = True
        self.save(update_fields=["is_staff", "is_superuser"])

    def join_staff(self) -> None:
        """Let this account into the office; what it may do there its roles say."""
        self.is_staff = True
        self.save(update_fields=["is_staff"])

    def suspend(self, *, now: dt.datetime) -> None:
        """Stop the account by a decision. What is planned rests too: ``moderation.measures``."""
        self.suspended_at = self.suspended_at or now
        self.save(update_fields=["suspended_at"])

    def freeze(self, *, now: dt.datetime) -> None:
        """Let the account rest because its holder died. Nobody is told."""
        self.frozen_at = self.frozen_at or now
        self.save(update_fields=["frozen_at"])

    def end_suspension(self) -> None:
        """Take a suspension back."""
        self.suspended_at = None
        self.save(update_fields=["suspended_at"])

    def thaw(self) -> None:
        """Somebody came back, or it was never so: take the rest back."""
        self.frozen_at = None
        self.save(update_fields=["frozen_at"])

    def disable(self) -> None:
        """Close the account for the time being and end every session and program of it."""
        self.is_active = False
        with transaction.atomic():
            self.save(update_fields=["is_active"])
            self.end_sessions()
            self.end_programs()

    def end_programs(self) -> None:
        """Every program of theirs is out from now on."""
        Token.objects.visible_to(self).delete()

    def end_sessions(self, *, but: str | None = None) -> None:
        """Sign out everywhere, or everywhere but in the session of this key."""
        others = self.sessions.all()
        (others.exclude(key_hash=Session.hash(but)) if but else others).delete()

    def forget(self) -> None:
        """Leave nothing of somebody who never said yes: no row, no key, no mail to them."""
        type(self).objects.never_begun().filter(pk=self.pk).delete()


class Consent(models.Model):
    """What the person agreed to: the version of the text, when, and when it was withdrawn."""

    part = Part(
        key="person__key_id",
        what=_("Your yes"),
        why=_("To show what you agreed to and when."),
        kept=_("Until you erase your account."),
        export={
            "text_version": _("Version of the text"),
            "given_at": _("Said on"),
            "withdrawn_at": _("Taken back on"),
        },
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"consent {self.pk}"


class SessionQuerySet(models.QuerySet["Session"]):
    def expired(self, now: dt.datetime) -> "SessionQuerySet":
        """Sessions whose time is over."""
        return self.filter(expires_at__lt=now)

    def alive(self, now: dt.datetime) -> "SessionQuerySet":
        """Sessions that still open something."""
        return self.filter(expires_at__gt=now)


class Session(models.Model):
    """A browser that is signed in, or on the way to it. The cookie's value stands nowhere."""

    part = Part(
        key="person__key_id",
        what=_("Where you are signed in"),
        why=_("To keep you signed in on this device."),
        kept=_("Until you sign out, at most 90 days."),
        expired="expired",
        in_backup=False,
    )

    key_hash = models.CharField(max_length=64, primary_key=True)
    key_id = models.BigIntegerField()  # the installation's key
    person = models.ForeignKey(
        Person, null=True, on_delete=models.CASCADE, related_name="sessions", db_constraint=False
    )
    data = SealedJSONField(bound=("key_hash",), size=1024)
    expires_at = models.DateTimeField(db_index=True)

    objects = SessionQuerySet.as_manager()

    def __str__(self) -> str:
        return "session"

    @staticmethod
    def hash(session_key: str) -> str:
        """What stands here instead of the cookie's value."""
        return hashlib.sha256(session_key.encode()).hexdigest()
