"""Programs of a person's own: each has a token with a name, a scope and an end.

The token itself is shown once and stands nowhere; a row keeps what it is compared with.
"""

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager, get_digest_token
from knox.settings import CONSTANTS

from vault.fields import SealedField
from vault.part import Part

_GOOD_FOR = dt.timedelta(days=365)
_AT_MOST = 20


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, person: models.Model) -> "TokenQuerySet":
        """The tokens of this person, the newest first."""
        return self.filter(user=person)

    def expired(self, now: dt.datetime) -> "TokenQuerySet":
        """Tokens whose year is over."""
        return self.filter(expiry__lt=now)


class TokenManager(AuthTokenManager.from_queryset(TokenQuerySet)):  # type: ignore[misc]
    def give(
        self, person: models.Model, *, name: str, scope: str, now: dt.datetime
    ) -> tuple["Token", str]:
        """A new token for a program, and its text, which is told here and never again."""
        if self.visible_to(person).count() >= _AT_MOST:
            raise ValidationError(gettext("You have many programs. Take one away first."))
        digest, text = get_digest_token()
        token: Token = self.get_queryset().create(
            digest=digest,
            token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH],
            user=person,
            key_id=person.key_id,  # type: ignore[attr-defined]
            name=name,
            scope=scope,
            created=now,
            expiry=now + _GOOD_FOR,
        )
        return token, text


class Token(AbstractAuthToken):
    """What lets one program of a person's in, and how far."""

    part = Part(
        key="key_id",
        what=_("Programs of yours"),
        why=_("To let your own programs in, as far as you said."),
        kept=_("Until you take it away, at most a year."),
        export={"name": _("Name"), "scope": _("What it may do"), "created": _("Made on")},
        read={"scope": "may"},
        expired="expired",
        # After a restore a token that was taken away would open again.
        in_backup=False,
    )

    class Scope(models.TextChoices):
        READ = "read", _("read what is mine")
        ANSWER = "answer", _("answer for me, and read nothing")
        ALL = "all", _("read, answer and change things")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.BigIntegerField()
    name = SealedField(size=128)
    created = models.DateTimeField()  # the library's asks the clock itself
    scope = models.CharField(max_length=8, choices=Scope.choices)

    objects = TokenManager()

    class Meta:
        ordering = ["-created", "-public_id"]

    def __str__(self) -> str:
        return f"token {self.public_id}"

    @property
    def may(self) -> str:
        """Its scope in words."""
        return str(self.Scope(self.scope).label)

    def allows(self, *, writes: bool, answers: bool) -> bool:
        """Whether this token goes as far as what is asked; ``answers``: it is an answer."""
        if self.scope == self.Scope.ALL:
            return True
        return answers if self.scope == self.Scope.ANSWER else not writes

    def end(self) -> None:
        """Take it away: the program is out from now on."""
        type(self).objects.filter(pk=self.pk).delete()
