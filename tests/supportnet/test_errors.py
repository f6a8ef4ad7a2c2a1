"""What a reader gets when something does not work: a kind page with help, and never words."""

import json

import pytest
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Token
from checkins.models import Answer
from library.access import public
from supportnet import errors, urls
from tests import factories

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


@public
@csrf_exempt
def large(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [
    path("breaks/", breaks),
    path("away/", database_away),
    path("nowhere/", nowhere),
    path("api/v1/breaks/", breaks),
    path("api/v1/away/", database_away),
    path("api/v1/large/", large),
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("there", "status"), [("breaks/", 500), ("away/", 503), ("nowhere/", 404), ("", 404)]
)
def test_programs_get_problem_details_and_never_a_page(client, there, status):
    client.force_login(factories.person(language="ar-xb"))
    for ask in (client.get, client.post, client.delete):
        answer = ask(f"/api/v1/{there}", headers={"accept": "text/html"})
        problem = answer.json()
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        assert (problem["status"], answer["Content-Language"]) == (status, "ar-xb")
        assert not problem["title"].isascii()
        assert WORDS not in answer.content.decode()


def test_with_the_database_away_programs_are_answered_without_it(client):
    answer = client.get("/api/v1/away/")
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert answer["Retry-After"] == "60"


@pytest.mark.django_db
def test_a_program_that_is_not_in_gets_no_page_either(client):
    for there in ("/api/v1/x/", "/api/v1/me", "/api/v1/members/x/"):
        answer = client.get(there, headers={"accept": "text/html"})
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.django_db
def test_what_breaks_is_told_to_a_program_in_the_persons_language(client):
    noor = factories.person(language="ar-xb")
    _row, token = Token.objects.give(noor, name="Clock", scope="all", now=timezone.now())
    answer = client.get("/api/v1/x/", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Content-Language"]) == (404, "ar-xb")
    assert not answer.json()["title"].isascii()


@pytest.mark.django_db
@pytest.mark.parametrize("key", [{}, {"idempotency-key": "a-1"}])
@pytest.mark.parametrize("path", ["answers/", "large/"])
def test_too_much_is_refused_as_a_problem(client, path, key):
    client.force_login(factories.person())
    body = json.dumps({"word": "okay", "note": "x" * 300_000})
    answer = client.post(f"/api/v1/{path}", body, content_type="application/json", headers=key)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert answer.status_code in ({413} if path == "answers/" else {400, 413})
    assert not Answer.objects.exists()
