"""Headers that keep pages from being framed, stored, leaked or listed: on every answer."""

import re
from contextlib import closing
from typing import Any

import pytest
from django.test import override_settings

from tests.routes import ROUTES
from tests.test_routes import READERS, asked, browser, owner, things, undone  # noqa: F401

pytestmark = pytest.mark.django_db

ALWAYS = {
    "Content-Security-Policy": r"default-src 'none'.*",
    "Permissions-Policy": r".*camera=\(\).*",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
STORED = {
    "help_now",
    "help_country",
    "help_young",
    "help_young_country",
    "what_this_is",
    "how_to_be_there",
    "privacy",
    "robots",
    "favicon",
    "security",
}

# Shown inside a page of ours, with a policy of their own that is stricter in all else.
FRAMED = {"today_mail", "invite_preview", "mailbox:letter_page"}


def breaches(answer: Any) -> list[str]:
    """What this answer's headers lack, or allow too much."""
    wrong = []
    for name, wanted in ALWAYS.items():
        # The parts of a policy stand in no order.
        value = "; ".join(sorted(answer.headers.get(name, "").split("; ")))
        if not re.search(wanted, value):
            wrong.append(name)
    policy = answer.headers.get("Content-Security-Policy", "")
    return wrong + [word for word in ("unsafe", "http:", "https:", "*") if word in policy]


@pytest.mark.parametrize("reader", ["stranger", "owner", "office"])
def test_every_answer_carries_them(reader, owner, things):  # noqa: F811
    client, wrong = browser(reader, owner), []
    for name, route in ROUTES.items():
        with undone(client):
            answer = asked(client, name, route, things)
        wrong += [f"{name}: {breach}" for breach in breaches(answer) if name not in FRAMED]
        stored = "no-store" not in answer.headers.get("Cache-Control", "")
        if stored and name not in STORED:
            wrong.append(f"{name} may be stored")
        if stored != ("X-Robots-Tag" not in answer.headers) and name != "home":
            wrong.append(f"{name} is listed though private")
    assert wrong == []


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
