"""The keys: one for each person and one for the installation. Losing a row erases its words."""

import contextlib
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vault import ring
from vault.part import Part
from vault.scope import opened

_NONCE = 12


class KeyGone(Exception):
    """The key that closed this value does not exist any more: its owner was erased."""


class KeyShut(Exception):
    """The key is there and does not open: VAULT_KEYS lacks its master key, or has another one."""


class _Beside(models.Func):
    """One column of the key whose number stands in another row, read in that row's own query."""

    template = "(SELECT k.%(column)s FROM vault_key k WHERE k.id = %(expressions)s)"


class KeyQuerySet(models.QuerySet["Key"]):
    def make(self) -> "Key":
        """A fresh key for one person."""
        return self._made(is_installation=False)

    def installation(self) -> "Key":
        """The installation's own key, made at first use."""
        found = self.filter(is_installation=True).first()
        return found or self._made(is_installation=True)

    def fits(self) -> bool:
        """Whether VAULT_KEYS belongs to this database, by the installation's own key.

        Raises ImproperlyConfigured when it cannot be read.
        """
        own = self.filter(is_installation=True).first()
        try:
            return own is None or bool(own.unwrap())
        except KeyShut:
            return False

    def open(self, key_id: int) -> bytes:
        """The 32 bytes of a key; raises KeyGone when its row was deleted."""
        scope = opened()
        if scope is not None and key_id in scope:
            return scope[key_id]
        # In plain SQL: it is asked so often that composing the question took most of the time.
        with connections[self.db].cursor() as cursor:
            cursor.execute("SELECT ring, wrapped FROM vault_key WHERE id = %s", [key_id])
            row = cursor.fetchone()
        if row is None:
            raise KeyGone(key_id)
        data = Key(id=key_id, ring=row[0], wrapped=row[1]).unwrap()
        if scope is not None:
            scope[key_id] = data
        return data

    def open_many(self, key_ids: set[int]) -> None:
        """Open many keys at once into the scope of a batch; what is gone or shut stays out."""
        scope = opened()
        if scope is not None:
            for row in self.filter(pk__in=key_ids - scope.keys()):
                with contextlib.suppress(KeyShut):
                    scope[row.pk] = row.unwrap()

    def beside(self, number: str = "key_id", called: str = "key") -> dict[str, models.Func]:
        """Annotations with which another model's query brings a key along; see ``open_beside``."""
        return {
            f"{called}_ring": _Beside(
                number, column="ring", output_field=models.PositiveSmallIntegerField()
            ),
            f"{called}_wrapped": _Beside(
                number, column="wrapped", output_field=models.BinaryField()
            ),
        }

    def open_beside(self, row: Any, number: int | None, called: str = "key") -> None:
        """Open a key that came along with a row into the scope; one gone or shut stays out."""
        scope = opened()
        wrapped = getattr(row, f"{called}_wrapped")
        if scope is not None and number is not None and wrapped is not None:
            key = Key(id=number, ring=getattr(row, f"{called}_ring"), wrapped=wrapped)
            with contextlib.suppress(KeyShut):
                scope[number] = key.unwrap()

    def _made(self, *, is_installation: bool) -> "Key":
        # Random, not counted: the number is known before the insert and can be bound into the seal.
        key = Key(id=secrets.randbits(62), is_installation=is_installation)
        key.wrap(secrets.token_bytes(32))
        if is_installation:
            Key.objects.bulk_create([key], ignore_conflicts=True)
            return self.get(is_installation=True)
        key.save(force_insert=True)
        return key


class Key(models.Model):
    """A data key, wrapped by the master ring. Rows elsewhere name it by its plain number."""

    part = Part(
        key="id",
        what=_("Your key"),
        why=_("Opens the words of one person. Deleting it makes them unreadable everywhere."),
        kept=_("Until the account is erased."),
        in_backup=False,
    )

    id = models.BigIntegerField(primary_key=True)
    ring = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField()
    is_installation = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_installation"],
                condition=Q(is_installation=True),
                name="one_installation_key",
            )
        ]

    def __str__(self) -> str:
        return f"key {self.pk}"

    def wrap(self, data: bytes) -> None:
        """Close ``data`` under the newest master key; the caller saves."""
        self.ring = ring.newest(ring.master())
        nonce = secrets.token_bytes(_NONCE)
        closed = AESGCM(ring.master()[self.ring]).encrypt(nonce, data, self._bound())
        self.wrapped = nonce + closed

    def unwrap(self) -> bytes:
        """The data key. Raises KeyShut when the ring's master key is missing or another one."""
        wrapped = bytes(self.wrapped)
        try:
            cipher = AESGCM(ring.master()[self.ring])
            return cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], self._bound())
        except (KeyError, InvalidTag) as error:
            raise KeyShut(self.pk) from error

    def rotate(self) -> None:
        """Close the same key again under the newest master key."""
        self.wrap(self.unwrap())
        self.save(update_fields=["ring", "wrapped"])

    def _bound(self) -> bytes:
        return f"vault.Key|{self.pk}|{self.ring}".encode()
