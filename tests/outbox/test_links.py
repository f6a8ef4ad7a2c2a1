"""Links open one page for one holder, and dead ones tell nothing."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from library.access import public
from outbox import links
from outbox.links import Found, Link, Purpose
from outbox.models import Mailbox
from supportnet.urls import urlpatterns as real_urls
from tests import factories

LETTER = "Z"
NOBODY = uuid.uuid4()
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@public
def page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A page behind a link, as rooms write them."""
    found = links.holder(request, LETTER, public_id, timezone.now())
    said = request.POST.get("words", "")
    return HttpResponse(f"for {found.thing} {said}".strip())


urlpatterns = [*real_urls, path("room/<uuid:public_id>/", page, name="a_room")]


@dataclass
class Door:
    """A purpose over mailboxes, whose state the test chooses."""

    generation: int = 1
    ended: bool = False
    lost: bool = False
    stopped: list[Any] = field(default_factory=list)
    fresh: list[Any] = field(default_factory=list)

    def find(self, subject: uuid.UUID, now: dt.datetime) -> Found | None:
        box = Mailbox.objects.filter(public_id=subject).first()
        if box is None or self.lost:
            return None
        return Found(self.generation, box, alive=not self.ended)


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    links.register(
        Purpose(
            LETTER,
            door.find,
            "a_room",
            stop=lambda box, now: door.stopped.append(box),
            fresh=lambda box, now: door.fresh.append(box),
        )
    )
    yield door
    del links._purposes[LETTER]


@pytest.fixture
def box() -> Mailbox:
    return factories.mailbox()


def token(box: Mailbox, generation: int = 1) -> str:
    return links.token(Link(LETTER, box.public_id, generation), 1)


def test_a_link_leads_to_a_clean_address(client: Client, door: Door, box: Mailbox) -> None:
    answer = client.get(f"/l/{token(box)}")

    assert (answer.status_code, answer["Location"]) == (302, f"/room/{box.public_id}/")
    assert client.get(answer["Location"]).content == f"for {box}".encode()


def test_the_pass_is_for_one_page_and_holds_no_token(
    client: Client, door: Door, box: Mailbox
) -> None:
    client.get(f"/l/{token(box)}")

    (name,) = client.cookies.keys()
    cookie = client.cookies[name]
    assert cookie["path"] == f"/room/{box.public_id}/"
    assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")
    assert token(box)[5:] not in cookie.value


def test_two_tabs_never_mix(client: Client, door: Door, box: Mailbox) -> None:
    other = factories.mailbox()
    client.get(f"/l/{token(box)}")
    client.get(f"/l/{token(other)}")

    assert client.get(f"/room/{box.public_id}/").content == f"for {box}".encode()
    assert client.get(f"/room/{other.public_id}/").content == f"for {other}".encode()


def test_the_pass_of_one_page_does_not_open_another(
    client: Client, door: Door, box: Mailbox
) -> None:
    other = factories.mailbox()
    client.get(f"/l/{token(box)}")
    (name,) = client.cookies.keys()
    stolen = client.cookies[name].value
    other_name = name.replace(box.public_id.hex[:12], other.public_id.hex[:12])

    answer = Client().get(f"/room/{other.public_id}/", headers={"cookie": f"{other_name}={stolen}"})

    assert answer.status_code == 410


@pytest.mark.parametrize(
    "shape",
    ["{}.", "<{}>", " {} ", "({})", "{},", "{}/", "{}?utm_source=x&fbclid=y", "{}=", "{}%20",
     "{0:.20}\n{1}", "{0:.20}=\n{1}", "{0:.20} {1}", "{0:.20}%0D%0A{1}"],
)  # fmt: skip
def test_a_link_damaged_on_its_way_still_opens(
    shape: str, client: Client, door: Door, box: Mailbox
) -> None:
    whole = token(box)
    assert client.get("/l/" + shape.format(whole, whole[20:])).status_code == 302


@pytest.mark.parametrize("cut", [0, 1, 20, 44])
def test_a_shortened_link_is_dead(cut: int, client: Client, door: Door, box: Mailbox) -> None:
    whole = token(box)
    last = "x" if whole[cut] != "x" else "y"  # else one in sixty-four would be the whole link
    assert client.get(f"/l/{whole[:cut]}{last}").status_code == 410


def test_no_changed_letter_opens_anything(door: Door, box: Mailbox, now: dt.datetime) -> None:
    whole = token(box)
    for place in range(len(whole)):
        letter = "A" if whole[place] != "A" else "B"
        with pytest.raises(links.Dead):
            links.opened(whole[:place] + letter + whole[place + 1 :], now)


def test_a_link_of_another_purpose_opens_nothing(
    door: Door, box: Mailbox, now: dt.datetime
) -> None:
    other = links.token(Link("Y", box.public_id, 1), 1)
    with pytest.raises(links.Dead):
        links.opened(LETTER + other[1:], now)


def test_a_link_outlives_the_rotation_of_its_key(
    door: Door, box: Mailbox, now: dt.datetime, settings: Any
) -> None:
    old = token(box)
    settings.LINK_KEYS += ",2:" + "C" * 43 + "="

    assert links.opened(old, now)[1] == box.public_id
    assert links.token(Link(LETTER, box.public_id), 2) != old


def test_a_key_taken_out_of_the_ring_ends_its_links(
    door: Door, box: Mailbox, now: dt.datetime, settings: Any
) -> None:
    old = token(box)
    settings.LINK_KEYS = "2:" + "C" * 43 + "="
    with pytest.raises(links.Dead):
        links.opened(old, now)


def dead_ways(door: Door, box: Mailbox) -> Iterator[tuple[str, str]]:
    """Every way in which a link can be dead, as (what happened, path)."""
    live = token(box)
    door.generation = 2
    yield "revoked", f"/l/{live}"
    yield "revoked, on its page", f"/room/{box.public_id}/"
    door.generation, door.ended = 1, True
    yield "expired", f"/l/{live}"
    yield "expired, on its page", f"/room/{box.public_id}/"
    door.ended, door.lost = False, True
    yield "used up", f"/l/{live}"
    yield "used up, on its page", f"/room/{box.public_id}/"
    door.lost = False
    yield "invented", f"/l/{links.token(Link(LETTER, NOBODY, 1), 1)}"
    yield "invented, with a subject of ours", f"/l/{live[:-4]}AAAA"
    yield "invented, on a page", f"/room/{NOBODY}/"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("data", [{}, {"words": "I am thinking of you."}, {"fresh": "1"}], ids=str)
def test_dead_links_cannot_be_told_apart(
    method: str, data: dict[str, str], door: Door, box: Mailbox
) -> None:
    browser = Client()
    browser.get(f"/l/{token(box)}")
    answers = set()
    for _way, place in dead_ways(door, box):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = getattr(browser, method)(place, data)
        # A fresh link is a mail to its rightful holder, and shows in no answer.
        count = 0 if "fresh" in data else len(queries)
        answers.add(
            (
                answer.status_code,
                answer.content,
                str(sorted(answer.items())),
                str(answer.cookies),
                count,
            )
        )
    assert len(answers) == 1
    assert next(iter(answers))[0] == 410


def test_a_post_to_a_dead_link_gives_the_text_back(
    client: Client, door: Door, box: Mailbox
) -> None:
    words = "I am thinking of you <3"
    posted = {"words": words, "gesture": "with_you", "csrfmiddlewaretoken": "secret"}

    answer = client.post(f"/l/{token(box, generation=7)}", posted)

    assert "I am thinking of you &lt;3" in answer.content.decode()
    assert "with_you" not in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_an_ended_link_sends_its_holder_a_fresh_one_once_a_day(
    client: Client, door: Door, box: Mailbox
) -> None:
    door.ended = True
    for _ in range(3):
        client.post(f"/l/{token(box)}", {"fresh": "1"})
    assert door.fresh == [box]


def test_the_button_works_on_the_page_itself_without_a_token(door: Door, box: Mailbox) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get(f"/l/{token(box)}")
    door.ended = True

    answer = browser.post(f"/room/{box.public_id}/", {"fresh": "1"})

    assert answer.status_code == 410
    assert door.fresh == [box]


@pytest.mark.parametrize("way", ["revoked", "invented", "live"])
def test_nobody_else_gets_a_fresh_link(way: str, client: Client, door: Door, box: Mailbox) -> None:
    door.ended = way != "live"
    generation = 7 if way == "revoked" else 1
    text = token(box, generation)[:-4] + "AAAA" if way == "invented" else token(box, generation)
    client.post(f"/l/{text}", {"fresh": "1"})
    assert door.fresh == []


def test_twenty_wrong_links_a_minute_are_enough(
    client: Client, door: Door, box: Mailbox, time_machine: Any, now: dt.datetime
) -> None:
    time_machine.move_to(now, tick=False)
    codes = [client.get("/l/wrong").status_code for _ in range(21)]
    assert codes == [410] * 20 + [429]
    too_often = client.post("/l/wrong", {"words": "I am thinking of you."})
    assert too_often.status_code == 429
    assert "I am thinking of you." in too_often.content.decode()
    assert client.get(f"/l/{token(box)}").status_code == 302


def test_nothing_behind_a_link_is_kept_or_listed(client: Client, door: Door, box: Mailbox) -> None:
    for place in (f"/l/{token(box)}", "/l/wrong", f"/u/{token(box)}"):
        answer = client.get(place)
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"


def hashes_of_all_tables() -> dict[str, str]:
    tables = [name for name in connection.introspection.table_names() if name != "outbox_limit"]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
            found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_opening_a_link_changes_nothing_however_often(door: Door, box: Mailbox) -> None:
    before = hashes_of_all_tables()
    for address in ("1.1.1.1", "2.2.2.2", "3.3.3.3"):
        browser = Client(REMOTE_ADDR=address)
        for _ in range(5):
            for place in (f"/l/{token(box)}", f"/u/{token(box)}", "/l/wrong", "/u/wrong"):
                browser.get(place)
                browser.head(place)
            browser.get(f"/room/{box.public_id}/")
    assert hashes_of_all_tables() == before
    assert door.stopped == []


def test_one_click_stops_without_cookie_or_token(door: Door, box: Mailbox) -> None:
    program = Client(enforce_csrf_checks=True)
    answer = program.post(f"/u/{token(box)}", {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, str(answer.cookies), door.stopped) == (200, "", [box])


def test_an_ended_link_still_stops_mail(client: Client, door: Door, box: Mailbox) -> None:
    door.ended = True
    client.post(f"/u/{token(box)}")
    assert door.stopped == [box]


def test_stopping_answers_the_same_to_anything(client: Client, door: Door, box: Mailbox) -> None:
    for method in (client.get, client.post):
        texts = (token(box), token(box, 7), links.token(Link(LETTER, NOBODY), 1), "x", "..", "%00")
        answers = {(a.status_code, a.content) for a in (method(f"/u/{text}") for text in texts)}
        assert [code for code, _content in answers] == [200]
    assert door.stopped == [box]


def test_a_link_is_at_most_as_long_as_a_line_of_mail(box: Mailbox) -> None:
    assert len(links.url(Link(LETTER, box.public_id, 3), 1)) <= len(settings.SITE_URL) + 48
