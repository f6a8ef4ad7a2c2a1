"""Looks at the log of the staff: whether its chain holds, and whether a review is due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from moderation import chain
from moderation.models import Access

_TRIGGERS = {
    "sqlite": (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN"
        " ('access_is_not_changed', 'access_is_not_deleted', 'anchor_is_not_changed')",
        3,
    ),
    "postgresql": (
        "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'D' AND tgname IN"
        " ('access_is_only_added', 'access_is_not_emptied', 'anchor_is_not_changed')",
        3,
    ),
}


class Command(BaseCommand):
    help = "Check the chain of the access log. Ends with an error when it does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        found = chain.breaks(timezone.now())
        if not self._protected():
            found.append("The database does not refuse changes: its triggers are gone.")
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"{Access.objects.count()} rows, and the chain holds.")
        if Access.objects.needs_review(timezone.now()):
            self.stdout.write("Its monthly review is due: somebody with the role of an auditor.")

    def _protected(self) -> bool:
        statement, wanted = _TRIGGERS[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return bool(cursor.fetchone()[0] == wanted)
