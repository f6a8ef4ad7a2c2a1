"""Sessions as rows: the key stands hashed, what is in them stands sealed.

The sign-in code waits in a session, so a copy of the database must open neither the session nor
the code. A session of a signed-in person names that person and goes when the person goes.
"""

from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Session
from vault.models import Key, KeyGone


class SessionStore(SessionBase):
    """Django's session engine over ``accounts.Session``."""

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=Session.hash(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def load(self) -> dict[str, Any]:
        row = self._row()
        if row is None:
            self._session_key = None
            return {}
        # The person's own key comes along: nearly every page needs it.
        Key.objects.open_beside(row, row.key_id)
        Key.objects.open_beside(row, row.person_key_id, "person_key")
        try:
            return dict(row.data)
        except KeyGone:
            self._session_key = None
            return {}

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = Session(
            key_hash=Session.hash(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            key_id=Key.objects.installation().pk,
            person_id=data.get("_auth_user_id"),
            data=data,
            expires_at=self.get_expiry_date(),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=must_create, force_update=not must_create)
        except IntegrityError:
            if must_create:
                raise CreateError from None
            raise
        except DatabaseError as error:
            # This class itself says that the row is gone; its children, that the database is.
            if type(error) is DatabaseError and not must_create:
                raise UpdateError from None
            raise

    def delete(self, session_key: str | None = None) -> None:
        session_key = session_key or self.session_key
        if session_key:
            Session.objects.filter(key_hash=Session.hash(session_key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.expired(timezone.now()).delete()

    def _row(self) -> Any:
        if not self.session_key:
            return None
        key_hash = Session.hash(self.session_key)
        rows = Session.objects.alive(timezone.now()).filter(key_hash=key_hash)
        found = rows.annotate(
            person_key_id=F("person__key_id"),
            **Key.objects.beside("key_id"),
            **Key.objects.beside("person__key_id", "person_key"),
        )
        return next(iter(found), None)
