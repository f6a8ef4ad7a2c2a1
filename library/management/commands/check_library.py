"""Check the shipped helplines; a failing check stops a release."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from library.check import problems, read


class Command(BaseCommand):
    help = "Check the shipped helplines: schema, sources, ids, dates not older than twelve months."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = problems(read(), timezone.now().date())
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise SystemExit(1)
        self.stdout.write("The helplines are in order.")
