"""The frame keeps its promises on every page: help, the way out, the sentence, the language."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from tests.look.site_map import draw

FRAMES = ["/", "/plain/", "/quiet/"]
SENTENCE = (
    "Your words go to the people you choose. No staff reads along, and this is not an emergency "
    "service: in danger, call "
)


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split()).replace("&#x27;", "'")


def _frame(**context: object) -> str:
    return draw('{% extends "base.html" %}', RequestFactory().get("/"), **context)


def _person(*, welcomed_at: str | None) -> SimpleNamespace:
    return SimpleNamespace(is_authenticated=True, welcomed_at=welcomed_at, country="DE")


@pytest.mark.parametrize("page", FRAMES)
def test_help_stands_at_the_same_place_on_every_page(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    head = html[html.index("<body>") : html.index('<div class="page">')]
    links = re.findall(r"<a [^>]*>(?:<svg.*?</svg>\s*)?(?:<span>)?([^<]+)", head)
    assert links == [
        "Skip to the page",
        "Leave this page",
        "SupportNet",
        "Get help now",
        "Leave this page",
    ]
    assert '<a class="help" href="/help_now/">' in head


@pytest.mark.parametrize("page", FRAMES)
def test_the_standing_sentence_is_on_every_page(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    assert SENTENCE + "your local emergency number." in _plain(html)


def test_a_reader_whose_country_is_known_reads_its_number() -> None:
    html = _frame(help=SimpleNamespace(emergency_number="112"))
    assert SENTENCE + "112." in _plain(html)
    assert '<a href="tel:112"><bdi>112</bdi></a>' in html


def test_a_reader_whose_country_is_not_known_gets_the_list() -> None:
    html = _frame(help=SimpleNamespace(emergency_number=""))
    assert '<a href="/help_now/">Find your number</a>' in html


@pytest.mark.parametrize("page", FRAMES)
def test_the_window_names_nothing(client: Client, page: str) -> None:
    assert "<title>Home</title>" in client.get(page).content.decode()


@pytest.mark.parametrize("page", FRAMES)
def test_the_way_out_is_a_plain_link(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    assert re.search(r'<a class="leave" href="/leave/" rel="noreferrer nofollow"', html)


def test_the_way_out_can_be_switched_off() -> None:
    assert "leave" not in _frame(without_exit=True)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_page_says_its_language_and_its_direction(language: str, direction: str) -> None:
    with translation.override(language):
        html = _frame()
    assert f'<html lang="{language}" dir="{direction}"' in html


def test_the_six_pages_show_only_to_somebody_who_has_been_welcomed() -> None:
    begun, welcomed = _person(welcomed_at=None), _person(welcomed_at="then")
    pages = ["Today", "Circle", "Rhythm", "Who sees what", "Look back", "Settings"]
    request = RequestFactory().get("/")
    for person, shown in ((begun, []), (welcomed, pages)):
        request.user = person
        html = draw('{% extends "base.html" %}', request)
        nav = html.partition('<nav class="pages"')[2].partition("</nav>")[0]
        assert re.findall(r"<a [^>]*>([^<]+)</a>", nav) == shown


def test_a_page_behind_a_link_shows_no_way_into_somebody_s_pages() -> None:
    request = RequestFactory().get("/")
    request.user = _person(welcomed_at="then")
    html = draw('{% extends "base_plain.html" %}', request)
    assert "Who sees what" not in html
    assert "Sign out" not in html


@pytest.mark.parametrize("page", FRAMES)
def test_a_page_is_kept_out_of_search(client: Client, page: str) -> None:
    assert '<meta name="robots" content="noindex, nofollow">' in client.get(page).content.decode()
