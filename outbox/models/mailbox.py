"""Where mail goes: an address in one person's world, and addresses that asked for peace."""

import datetime as dt
import uuid

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from outbox import addresses
from outbox.models.message import Message
from vault.fields import SealedField
from vault.models import Key
from vault.part import Part

# The kind of the one honest answer to mail that could not be passed on.
WORD_BACK = "word_back"
_STRAY = dt.timedelta(days=3)


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def of_address(self, address: str) -> "MailboxQuerySet":
        """The mailboxes of an address, in every world; case and plus variants are one address."""
        return self.filter(address_hash__in=addresses.address_hashes(address))

    def give(self, address: str, *, key_id: int, language: str, now: dt.datetime) -> "Mailbox":
        """The one mailbox of ``address`` in the world of ``key_id``, made at first need.

        Somebody gives the address anew: whatever it bounced before, it gets another chance. A known
        and a new address take the same statements: the work must not tell who has a mailbox.
        """
        fresh = Mailbox(
            key_id=key_id,
            address=address,
            address_hash=addresses.address_hash(address),
            language=language,
            made_at=now,
            given_at=now,
        )
        Mailbox.objects.bulk_create([fresh], ignore_conflicts=True)
        found = self.of_address(address).filter(key_id=key_id).order_by("pk")[0]
        # After a rotation of the hash keys the row under the older hash is the one that counts.
        self.filter(public_id=fresh.public_id).exclude(pk=found.pk).delete()
        found.given_at, found.bounced_at = now, None
        found.save(update_fields=["given_at", "bounced_at"])
        return found

    def to_forget(self, now: dt.datetime) -> "MailboxQuerySet":
        """Addresses of nobody's world that only got a word back or a code, three days later."""
        once = [WORD_BACK, "account"]
        others = Message.objects.filter(mailbox=models.OuterRef("pk")).exclude(kind__in=once)
        strays = self.filter(message__kind__in=once, given_at__lte=now - _STRAY)
        return strays.exclude(models.Exists(others)).filter(key_id=Key.objects.installation().pk)


class Mailbox(models.Model):
    """One address of one person's world; the same address in two worlds is two rows.

    A shared row would tie circles together and stand in the way of erasing one of them.
    """

    part = Part(
        key="key_id",
        what=_("Mail addresses, yours and those of your circle"),
        why=_("To send mail to the address, and to stop when asked."),
        kept=_(
            "As long as the account or the membership that needs it. "
            "Of somebody we could only send back a word, and one you changed: three days."
        ),
        expired="to_forget",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.BigIntegerField()
    address = SealedField(size=256)
    address_hash = models.CharField(max_length=80, db_index=True)
    language = models.CharField(max_length=12, default="en")
    made_at = models.DateTimeField()
    # When somebody gave this address last: what bounced before that counts no more.
    given_at = models.DateTimeField()
    suppressed_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mailboxes"
        constraints = [
            models.UniqueConstraint(fields=["key_id", "address_hash"], name="one_mailbox_each")
        ]

    def __str__(self) -> str:
        return f"mailbox {self.public_id}"

    @transaction.atomic
    def suppress(self, *, now: dt.datetime) -> None:
        """Send nothing more here but what is asked for; what waits is taken back at once."""
        self.suppressed_at = self.suppressed_at or now
        self.save(update_fields=["suppressed_at"])
        Message.objects.cancel(mailbox=self, now=now)

    def open_again(self) -> None:
        """Its reader wants mail after all."""
        self.suppressed_at = None
        self.save(update_fields=["suppressed_at"])

    def move(self, address: str, *, now: dt.datetime) -> None:
        """Its reader has another address; what waits goes there, and nothing of the old one stays.

        What came back from the old address, or was unwanted there, counts no more.
        """
        self.address, self.address_hash = address, addresses.address_hash(address)
        self.given_at, self.bounced_at, self.suppressed_at = now, None, None
        self.save()

    def bounce(self, *, now: dt.datetime) -> None:
        """Its mail server says there is nobody by this address; told twice, nothing changes.

        Nor does it when somebody gave an address anew since this mailbox was read.
        """
        same = Mailbox.objects.filter(pk=self.pk, given_at=self.given_at, bounced_at=None)
        if same.update(bounced_at=now):
            self.bounced_at = now

    def speak(self, language: str) -> None:
        """Write to this mailbox in ``language`` from now on."""
        self.language = language
        self.save(update_fields=["language"])


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def add(self, address: str, *, now: dt.datetime) -> None:
        """Never ask this address again; asking twice changes nothing."""
        if not self.holds(address):
            row = Suppression(address_hash=addresses.address_hash(address), made_at=now)
            Suppression.objects.bulk_create([row], ignore_conflicts=True)

    def holds(self, address: str) -> bool:
        """Whether this address asked for peace."""
        return self.filter(address_hash__in=addresses.address_hashes(address)).exists()

    def lift(self, address: str, *, since: dt.datetime) -> None:
        """The address itself takes back what it asked for at that moment or later."""
        asked = self.filter(address_hash__in=addresses.address_hashes(address))
        asked.filter(made_at__gte=since).delete()


class Suppression(models.Model):
    """An address that asked never to be written to again, kept as a keyed hash alone."""

    part = Part(
        key=None,
        what=_("Addresses that want no invitation, as codes"),
        why=_("To keep the promise of “never ask me again”."),
        kept=_("Until the address itself asks for a change."),
    )

    address_hash = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField()

    objects = SuppressionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"suppression {self.pk}"
