"""Which country's help a page or a mail names: what the reader told us, and nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.models import Person
from library.context import help_for, help_for_reader


def request_of(user, **headers):
    request = RequestFactory().get("/", headers=headers)
    request.user = user
    return request


def help_on(request):
    return help_for_reader(request)["help"]


def test_a_signed_in_person_gets_the_number_of_the_country_they_named():
    found = help_on(request_of(Person(country="GB")))

    assert (found.country_code, found.country_name) == ("GB", "United Kingdom")
    assert found.emergency_number == found.emergency_words == "999"
    assert (found.known, found.url) == (True, "/help/GB/")


@pytest.mark.parametrize("user", [AnonymousUser(), Person(country="")])
def test_neither_language_nor_address_says_where_somebody_is(user):
    found = help_on(request_of(user, **{"accept-language": "en-US", "x-forwarded-for": "8.8.8.8"}))

    assert (found.known, found.country_code, found.emergency_number) == (False, "", "")
    assert found.emergency_words == "your local emergency number"
    assert found.url == "/help/"


def test_a_member_behind_a_link_is_not_whoever_is_signed_in_there():
    request = request_of(Person(country="DE"))

    request.reader_country = "US"
    assert help_on(request).emergency_number == "911"

    request.reader_country = ""
    assert help_on(request).known is False


def test_nothing_is_asked_before_the_page_needs_it():
    class Unasked:
        @property
        def is_authenticated(self):
            raise AssertionError("asked who reads")

    help_for_reader(request_of(Unasked()))


def test_an_error_page_without_a_reader_still_has_words():
    assert help_on(RequestFactory().get("/")).emergency_words == "your local emergency number"


@pytest.mark.parametrize(("code", "number"), [("FR", "112"), ("fr", "112"), ("", ""), ("ZZ", "")])
def test_a_mail_names_the_number_of_its_readers_country(code, number):
    assert help_for(code).emergency_number == number


def test_a_country_whose_number_is_unknown_is_named_without_one():
    found = help_for("AQ")

    assert (found.country_name, found.known, found.url) == ("Antarctica", False, "/help/AQ/")
