"""Opens the office to an address."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from outbox import addresses


class Command(BaseCommand):
    help = "Open the office to an address. It signs in by code and then adds a second factor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address = addresses.clean(options["address"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        Person.objects.begin(address, now=timezone.now()).make_staff()
        self.stdout.write(f"Done. Sign in with this address, then open {reverse('admin:index')}")
