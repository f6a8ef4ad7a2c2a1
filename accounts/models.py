"""The person at the centre, and what they agreed to."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from outbox.models import Mailbox
from vault.fields import SealedField
from vault.part import Part


class Person(AbstractBaseUser, PermissionsMixin):
    """The account holder. Address and display name stand in clear, and the docs say so."""

    part = Part(
        key="key_id",
        why="To sign you in, call you by your name and speak your language at your time.",
        kept="Until you erase your account.",
        export=("email", "display_name", "language", "country", "zone", "joined_at"),
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
    reply_mail = models.CharField(
        max_length=8, choices=ReplyMail.choices, default=ReplyMail.NOTICE
    )
    # The subject the person wrote for mails to themselves; empty means one of ours.
    own_subject = SealedField(size=256)
    plain_mail = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    welcomed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_an_address")]

    def __str__(self) -> str:
        return f"person {self.public_id}"


class Consent(models.Model):
    """What the person agreed to: the version of the text, when, and when it was withdrawn."""

    part = Part(
        key="person__key_id",
        why="To show what you agreed to and when.",
        kept="Until you erase your account.",
        export=("text_version", "given_at", "withdrawn_at"),
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"consent {self.pk}"
