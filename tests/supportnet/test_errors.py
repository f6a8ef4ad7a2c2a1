"""What a reader gets when something does not work: a kind page with help, and never words."""

import pytest
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path

from library.access import public
from supportnet import errors, urls

WORDS = "Geheimwort im Satz"


@public
def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError(WORDS)


@public
def database_away(request: HttpRequest) -> HttpResponse:
    raise OperationalError(WORDS)


@public
def nowhere(request: HttpRequest) -> HttpResponse:
    raise Http404(WORDS)


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [
    path("breaks/", breaks),
    path("away/", database_away),
    path("nowhere/", nowhere),
    path("", include("supportnet.urls")),
]


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        yield client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("there", "status"), [("/breaks/", 500), ("/away/", 503), ("/nowhere/", 404), ("/x/", 404)]
)
def test_every_error_page_carries_help_and_none_of_the_words(client, there, status):
    page = client.get(there)
    html = page.content.decode()
    assert page.status_code == status
    assert "Get help now" in html
    assert 'href="/help/"' in html
    assert WORDS not in html
    assert "Content-Security-Policy" in page
    assert page["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_with_the_database_away_people_are_told_when_to_come_back(client):
    assert client.get("/away/")["Retry-After"] == "60"


def test_with_the_database_away_the_page_needs_no_database(client):
    # Not marked for the database: a single query here would fail the test.
    page = client.get("/away/")
    assert page.status_code == 503
    assert "We are away for a moment" in page.content.decode()


@pytest.mark.django_db
def test_what_was_typed_comes_back_when_our_side_breaks(client):
    page = client.post("/breaks/", {"note": WORDS, "password": "four words in a row"})
    assert WORDS in page.content.decode()
    assert "four words" not in page.content.decode()


@pytest.mark.django_db
def test_pages_come_in_the_language_of_the_browser(client):
    page = client.get("/nowhere/", headers={"accept-language": "ar-xb"})
    assert 'dir="rtl"' in page.content.decode()


def test_a_host_that_is_not_ours_gets_the_plain_refusal(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_every_handler_stands_for_a_page_of_its_own():
    request = RequestFactory().get("/x/")
    pages = [
        errors.bad_request(request, Exception(WORDS)),
        errors.denied(request, Exception(WORDS)),
        errors.not_found(request, Exception(WORDS)),
        errors.too_many(request),
        errors.server_error(request),
    ]
    assert [page.status_code for page in pages] == [400, 403, 404, 429, 500]
    assert not any(WORDS in page.content.decode() for page in pages)
