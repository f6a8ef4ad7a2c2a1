"""Two words for supervisors: whether this process lives, and whether it can do its work.

They tell a stranger nothing else; ``manage.py doctor`` does.
"""

from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from library.access import public
from vault.models import Key


@public
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """This process answers. It asks no database: an outage there is no reason to kill it."""
    return _word("live", 200)


@public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, has every migration this code knows, and VAULT_KEYS opens it."""
    return _word("ready", 200) if _is_ready() else _word("not ready", 503)


def _is_ready() -> bool:
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
        # With other keys no code can be sent and no word be read: to be seen before people do.
        return _known() <= applied and Key.objects.fits()
    except (DatabaseError, ImproperlyConfigured):
        return False


@cache
def _known() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _word(word: str, status: int) -> HttpResponse:
    return HttpResponse(f"{word}\n", status=status, content_type="text/plain; charset=utf-8")
