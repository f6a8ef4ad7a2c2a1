"""The roles of the office: makes them, gives them, takes them, lists who has which."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Person
from moderation import roles
from outbox import addresses


class Command(BaseCommand):
    help = "Without arguments: make the roles and list who has which. Else give ADDRESS some roles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", default="")
        parser.add_argument("role", nargs="*", help=", ".join(roles.ROLES))
        parser.add_argument("--take", action="store_true", help="Take them away instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        roles.renew()
        if options["address"]:
            self._change(options["address"], options["role"], take=options["take"])
        for role in roles.ROLES:
            people = Person.objects.filter(groups__name=role).order_by("pk")
            names = ", ".join(addresses.mask(person.email) for person in people)
            self.stdout.write(f"{role}: {names or 'nobody yet'}")

    def _change(self, address: str, wanted: list[str], *, take: bool) -> None:
        unknown = set(wanted) - set(roles.ROLES)
        if unknown or not wanted:
            raise CommandError(f"Name at least one role of: {', '.join(roles.ROLES)}.")
        try:
            address = addresses.clean(address)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        if take:
            self._take(address, wanted)
        else:
            self._give(address, wanted)

    def _give(self, address: str, wanted: list[str]) -> None:
        now = timezone.now()
        if not Person.objects.filter(email=address.lower()).exists():
            # Whoever reads that mailbox is staff from now on: a slip of the finger shows here.
            self.stdout.write(f"{address} is new here, and an account was made. Is it spelt right?")
        person = Person.objects.begin(address, now=now)
        for role in wanted:
            roles.give(person, role, by=None, now=now)

    def _take(self, address: str, wanted: list[str]) -> None:
        # A slip of the finger would leave the role with whoever is to lose it.
        person = Person.objects.filter(email=address.lower()).first()
        if person is None:
            raise CommandError(f"{address} is not known here. Is it spelt right? Nothing changed.")
        missing = set(wanted) - set(person.groups.values_list("name", flat=True))
        if missing:
            raise CommandError(f"{address} is no {', '.join(sorted(missing))}. Nothing changed.")
        for role in wanted:
            roles.take(person, role, by=None, now=timezone.now())
