"""The help pages. They are the last thing that may break.

A country's page is the same for everyone who opens it: it reads no session, sets no cookie, and
may be kept by any cache. It stands with the database gone; only an operator's own rows are missing.
"""

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from library.access import public
from library.context import help_for_reader
from library.helplines import (
    Listed,
    arrange,
    countries,
    countries_with_young_lines,
    country,
    lines_for,
)

AN_HOUR = 3600


@public
@require_safe
@gzip_page  # safe here, unlike on private pages: nothing secret stands beside what is asked for
def help_now(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own country, or a plain list of all countries."""
    code = _own_country(request)
    if code:
        answer: HttpResponse = redirect("help_country", code)
        patch_cache_control(answer, private=True, no_store=True)
        return answer
    return _public(request, "", "library/help_now.html", {"countries": countries()})


@public
@require_safe
@gzip_page
def help_country(request: HttpRequest, code: str) -> HttpResponse:
    """One country: the emergency number, then its helplines, those that are open first."""
    return _country_page(request, code, "library/help_country.html")


@public
@require_safe
@gzip_page
def help_young(request: HttpRequest) -> HttpResponse:
    """For those under 18: what we know for them anywhere, and every country to choose from."""
    known = [(one, _young(_lines(one.iso))) for one in countries_with_young_lines()]
    context = {"countries": countries(), "known": [pair for pair in known if pair[1]]}
    return _public(request, "", "library/help_young.html", context)


@public
@require_safe
@gzip_page
def help_young_country(request: HttpRequest, code: str) -> HttpResponse:
    """For those under 18 in one country: lines for the young first, then those for everyone."""
    return _country_page(request, code, "library/help_young_country.html")


def _country_page(request: HttpRequest, code: str, template: str) -> HttpResponse:
    found = country(code)
    if found is None:
        # A mistyped country is no dead end: the list helps more than "not found".
        return redirect("help_now")
    lines = _lines(code)
    context = {
        "country": found,
        "lines": lines,
        "young": _young(lines),
        "for_everyone": [one for one in lines if not one.line.for_young],
    }
    return _public(request, code, template, context)


def _public(
    request: HttpRequest, code: str, template: str, context: dict[str, object]
) -> HttpResponse:
    # Whoever asks, the page is the one a stranger sees: so it never touches the session.
    request.user = AnonymousUser()
    request.reader_country = code  # type: ignore[attr-defined]
    answer = render(request, template, context)
    patch_cache_control(answer, public=True, max_age=AN_HOUR)
    return answer


def _lines(code: str) -> list[Listed]:
    now = timezone.now()
    try:
        return lines_for(code, now)
    except (OperationalError, InterfaceError):
        # The one place that goes on without a database: somebody may need this number tonight.
        return arrange(code, (), now)


def _young(lines: list[Listed]) -> list[Listed]:
    return [one for one in lines if one.line.for_young]


def _own_country(request: HttpRequest) -> str:
    try:
        return help_for_reader(request)["help"].country_code
    except (OperationalError, InterfaceError):
        return ""  # as above: the list of all countries needs no database
