"""Sealed columns: what stands in them can be read only with the key of their owner."""

import json
import secrets
import struct
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from vault.models import Key
from vault.scope import opened

_FORMAT = b"\x01"
_NONCE = 12
# As json.dumps makes one anew each time.
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Sealed(bytes):
    """A closed value as it stands in the database; ``opened`` is its text once it was read.

    It lives as long as the row in memory, which is a request or a batch.
    """

    opened: str | None = None


def seal(plain: str, *, key_id: int, bound: str, size: int) -> Sealed:
    """Close ``plain`` under a person's key.

    ``bound`` ties the value to its place: moved to another row or column it does not open.
    The length of the result tells only which step of ``size``, 4·size, 16·size … was needed.
    """
    data = plain.encode("utf-8", "surrogatepass")
    room = size
    while len(data) > room:
        room *= 4
    padded = (struct.pack(">I", len(data)) + data).ljust(4 + room, b"\0")
    nonce = secrets.token_bytes(_NONCE)
    closed = AESGCM(_key(key_id)).encrypt(nonce, padded, bound.encode())
    return Sealed(_FORMAT + nonce + closed)


def unseal(closed: bytes, *, key_id: int, bound: str) -> str:
    """Open a sealed value. Raises KeyGone after an erasure and InvalidTag when it was moved."""
    if closed[:1] != _FORMAT:
        raise ValueError("not a sealed value")
    nonce, body = closed[1 : 1 + _NONCE], memoryview(closed)[1 + _NONCE :]
    padded = AESGCM(_key(key_id)).decrypt(nonce, body, bound.encode())
    (length,) = struct.unpack(">I", padded[:4])
    return padded[4 : 4 + length].decode("utf-8", "surrogatepass")


def _key(key_id: int) -> bytes:
    # Nearly always it is open already, and making a QuerySet to ask takes longer than decrypting.
    return (opened() or {}).get(key_id) or Key.objects.open(key_id)


class _SealedAttribute(DeferredAttribute):
    field: "SealedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        return self.field.open_on(instance, value) if isinstance(value, Sealed) else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):
    """Text that is closed on saving and opened on reading.

    ``key`` names the attribute with the key's number, ``bound`` the attributes (known before the
    insert) that tie the value to its row, ``size`` the smallest padded length in bytes. It cannot
    be searched, sorted or written by ``update()``; an empty text is sealed like any other.
    """

    descriptor_class = _SealedAttribute
    # For the type checker: what is read and written here is text, not the bytes that are stored.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(
        self,
        *args: Any,
        key: str = "key_id",
        bound: tuple[str, ...] = ("public_id",),
        size: int = 64,
        **kwargs: Any,
    ) -> None:
        self.key, self.bound, self.size = key, bound, size
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.update(key=self.key, bound=self.bound, size=self.size)
        return name, path, args, kwargs

    def get_default(self) -> Any:
        return ""

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return seal(
            self.to_text(value),
            key_id=self._key_of(model_instance),
            bound=self.bound_text(*(getattr(model_instance, name) for name in self.bound)),
            size=self.size,
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(f"{self} is sealed: set the attribute and save the object.")
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self} is sealed and cannot be searched.")
        return super().get_lookup(lookup_name)

    def open_on(self, instance: Any, value: Sealed) -> Any:
        if value.opened is None:
            bound = self.bound_text(*(getattr(instance, name) for name in self.bound))
            value.opened = unseal(value, key_id=self._key_of(instance), bound=bound)
        return self.from_text(value.opened)

    def open(self, value: Sealed, key_id: int, *bound: Any) -> Any:
        """Open a value read with ``values_list``; ``bound`` are the bound attributes' values."""
        return self.from_text(unseal(value, key_id=key_id, bound=self.bound_text(*bound)))

    def bound_text(self, *values: Any) -> str:
        if any(value is None for value in values):
            raise FieldError(f"{self} needs {', '.join(self.bound)} before it can be sealed.")
        return "|".join([self._place, *map(str, values)])

    @cached_property
    def _place(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def value_to_string(self, obj: Any) -> str:
        raise FieldError(f"{self} is sealed: use the export or the backup command.")

    def _key_of(self, instance: Any) -> int:
        value = instance
        for name in self.key.split("."):
            value = getattr(value, name)
        return int(value)


class SealedJSONField(SealedField):
    """The same for small structures (lists, dictionaries of text and numbers)."""

    def to_text(self, value: Any) -> str:
        return _encode(value)

    def from_text(self, text: str) -> Any:
        return json.loads(text) if text else {}

    def get_default(self) -> Any:
        return {}
