"""The emergency number and the way to help, for every page and every mail."""

from collections.abc import Callable
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from library.helplines import Country, Emergency, country


class Help:
    """Where help is for one reader. Nothing is looked up before something is asked of it."""

    def __init__(self, find_code: Callable[[], str]) -> None:
        self._find_code = find_code

    @cached_property
    def country(self) -> Country | None:
        """The reader's country; None when they never named one."""
        return country(self._find_code().upper())

    @property
    def country_code(self) -> str:
        """Two letters, or empty."""
        return self.country.iso if self.country else ""

    @property
    def country_name(self) -> str:
        """The country in the reader's language, or empty."""
        return self.country.name if self.country else ""

    @property
    def emergency(self) -> Emergency | None:
        """The country's emergency numbers, where we know them."""
        return self.country.emergency if self.country else None

    @property
    def known(self) -> bool:
        """Whether there is a number to dial."""
        return self.emergency is not None

    @property
    def emergency_number(self) -> str:
        """The number, verbatim; empty when unknown, so that no page makes a link of words."""
        return self.emergency.main.shown if self.emergency else ""

    @property
    def emergency_words(self) -> str:
        """The number, or "your local emergency number": for the middle of a sentence."""
        return self.emergency_number or _("your local emergency number")

    @property
    def url(self) -> str:
        """The help page of the reader's country, or the list of all countries."""
        if self.country is None:
            return reverse("help_now")
        return reverse("help_country", args=[self.country.iso])


def help_for(country_code: str) -> Help:
    """Where help is for a reader of this country; empty means unknown. For mails and views."""
    return Help(lambda: country_code)


def help_for_reader(request: HttpRequest) -> dict[str, Help]:
    """Context processor: ``help`` for whoever reads this page.

    A page that knows its reader otherwise (a member behind a link, an error page that must not ask
    the database) sets ``request.reader_country`` to two letters or to "" for unknown; that wins.
    Never from the network address and never from the browser's language.
    """
    return {"help": Help(lambda: _country_of_reader(request))}


def _country_of_reader(request: HttpRequest) -> str:
    stated = getattr(request, "reader_country", None)
    if stated is not None:
        return str(stated)
    person = getattr(request, "user", None)
    return person.country if person is not None and person.is_authenticated else ""
