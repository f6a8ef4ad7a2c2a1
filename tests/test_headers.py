"""Headers that keep pages from being framed, stored, leaked or listed: on every answer.

Those of every route are looked at where every route is asked: tests/test_routes.py.
"""

from contextlib import closing

import pytest
from django.test import override_settings

from tests.headers import breaches
from tests.test_routes import owner  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/static/css/site.css", "/static/x", "/x/", "/office/x/", "/l/x"])
def test_files_and_dead_ends_carry_them_too(client, path):
    with closing(client.get(path)) as answer:
        assert breaches(answer) == []


def test_files_may_be_fetched_by_our_own_pages_alone(client):
    with closing(client.get("/static/css/site.css")) as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_first_page_may_be_found_and_no_other(client):
    assert client.get("/")["X-Robots-Tag"] == "all"
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()


def test_over_https_browsers_are_told_to_stay_there(client):
    with override_settings(SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_PRELOAD=True):
        answer = client.get("/robots.txt", secure=True)
    assert "max-age=31536000" in answer.headers.get("Strict-Transport-Security", "")


def test_a_page_tells_nobody_what_this_site_is_about_by_its_title(client, owner):  # noqa: F811
    client.force_login(owner)
    for path in ("/today/", "/circle/", "/rhythm/", "/look-back/", "/settings/"):
        page = client.get(path).content.decode()
        assert "<title>Home</title>" in page
