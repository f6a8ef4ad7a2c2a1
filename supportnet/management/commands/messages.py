"""`make messages`: bring translations in step with what the sources say."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from supportnet.local.sentences import collect, complaints, languages, renew


class Command(BaseCommand):
    help = "Collects the sentences of all sources into each translation and compiles it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only say what is out of step.")

    def handle(self, *args: Any, **options: Any) -> None:
        sources = collect(settings.BASE_DIR)
        paths = languages(settings.BASE_DIR / "locale")
        if options["check"]:
            found = [line for path in paths for line in complaints(path, sources)]
            if found:
                raise CommandError("\n".join([*found, "Run `make messages`."]))
        else:
            for path in paths:
                renew(path, sources)
        self.stdout.write(f"{len(sources)} sentences, {len(paths)} translations in step.")
