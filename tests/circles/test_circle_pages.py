"""The Circle page and its neighbours, as the person, as somebody else, and after removal."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from circles.models import Circle, Member
from outbox.models import Message
from tests import factories
from tests.circles.people import beside, invited
from tests.circles.walk import signed_in, text

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def now() -> dt.datetime:
    """The pages ask the clock, so these tests live now."""
    return timezone.now()


@pytest.fixture
def browser_of_ada(ada: Person) -> Client:
    return signed_in(ada)


def sent(member: Member, *, at: dt.datetime, kind: str = "share") -> None:
    """A mail that the mail server took."""
    message = Message.objects.post(
        kind=kind,
        mailbox=member.mailbox,
        key_id=member.key_id,
        subject=member.public_id,
        dedupe_key=f"{kind}:{member.pk}:{at}",
        body={"text": "I am so tired"},
        now=at,
        expires_at=at + DAY,
    )
    assert message is not None
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=at, body=None)


def pages_of(member: Member) -> list[str]:
    one = f"/circle/{member.public_id}/"
    return [one, *(f"{one}{page}/" for page in ("remove", "correct", "link", "pause", "resume"))]


def test_somebody_else_finds_nothing_and_changes_nothing(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now, name="Mina")
    stranger = signed_in(factories.person(name="Bo"))

    for page in pages_of(member):
        for answer in (stranger.get(page), stranger.post(page, {"level": "words"})):
            assert answer.status_code in {404, 405}
            assert "Mina" not in text(answer)

    member.refresh_from_db()
    assert (member.state, member.level, member.paused_at) == ("accepted", "word", None)
    assert "Mina" not in text(stranger.get("/circle/"))
    assert "Mina" not in text(stranger.get("/who-sees-what/"))


def test_a_removed_member_is_not_found_any_more(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now, name="Mina")
    assert "From this moment on" in text(browser_of_ada.get(f"/circle/{member.public_id}/remove/"))

    answer = browser_of_ada.post(f"/circle/{member.public_id}/remove/", follow=True)

    assert "Nobody is told" in text(answer)
    assert "Mina" not in text(browser_of_ada.get("/circle/"))
    assert {browser_of_ada.get(page).status_code for page in pages_of(member)} <= {404, 405}


def test_everyone_stands_there_with_what_they_hear_and_what_was_sent_last(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now, name="Mina", label="my sister", level="words", in_mail=True)
    sent(member, at=now - 3 * DAY)
    sent(member, at=now - 2 * DAY)
    page = text(browser_of_ada.get("/circle/"))

    for shown in ("Mina", "my sister", "your word and what you write, in the mail itself"):
        assert shown in page
    assert f"{circle.person.local(now - 2 * DAY):%A}" in page
    assert f"{circle.person.local(now - 3 * DAY):%A}," not in page


@pytest.mark.parametrize("kind", ["moderation", "word_back"])
def test_what_is_between_a_member_and_us_is_not_told_as_sent_by_the_person(
    browser_of_ada: Client, circle: Circle, now: dt.datetime, kind: str
) -> None:
    sent(beside(circle, now=now, name="Mina"), at=now - DAY, kind=kind)

    for page in ("/circle/", "/who-sees-what/"):
        assert f"{circle.person.local(now - DAY):%A}" not in text(browser_of_ada.get(page))


def test_level_and_label_change_and_nobody_is_told(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now)
    before = Message.objects.count()
    browser_of_ada.post(
        f"/circle/{member.public_id}/",
        {"name": "Mimi", "label": "", "kind": "friend", "level": "hello", "in_mail": "mail"},
    )

    member.refresh_from_db()
    assert (member.name, member.label, member.kind) == ("Mimi", "", "friend")
    assert (member.level, member.in_mail) == ("hello", True)
    assert Message.objects.count() == before


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_pausing_needs_a_button(
    browser_of_ada: Client, circle: Circle, now: dt.datetime, verb: str
) -> None:
    member = beside(circle, now=now)
    assert browser_of_ada.get(f"/circle/{member.public_id}/{verb}/").status_code == 405


def test_who_sees_what_says_that_nothing_goes_to_somebody_who_was_stopped(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    beside(circle, now=now, name="Mina").block(now=now)

    page = text(browser_of_ada.get("/who-sees-what/"))

    assert "A moderator has stopped this contact." in page
    assert "Nothing goes to them now." in page
    assert "your word" not in page


def test_a_break_and_a_goodbye_look_the_same_to_the_person(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    told = {}
    for verb in (Member.take_break, Member.leave):
        member = beside(circle, now=now - 5 * DAY, name="Mina", label="")
        member.answers_when = "in the evening"
        member.save()
        sent(member, at=now - 3 * DAY)
        verb(member, now - 2 * DAY)
        Member.objects.forget_addresses(now)
        seen = [
            text(browser_of_ada.get(path))
            for path in ("/circle/", "/who-sees-what/", "/circle/days/", *pages_of(member)[:2])
        ]
        told[verb] = [_plain(page, member) for page in seen]
        Member.objects.all().delete()

    assert told[Member.take_break] == told[Member.leave]


def _plain(page: str, member: Member) -> str:
    page = page.replace(str(member.public_id), "id")
    before, *rest = page.split('name="csrfmiddlewaretoken" value="')
    return before + "".join(part.partition('"')[2] for part in rest)


def test_who_sees_what_lists_the_last_ten_by_the_day_and_stops_each(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now - 29 * DAY, name="Mina")
    for day in range(12):
        sent(member, at=now - day * DAY)
    page = text(browser_of_ada.get("/who-sees-what/"))
    assert page.count("what you shared") == 10

    browser_of_ada.post(f"/circle/{member.public_id}/pause/", {"from": "who"})

    assert member not in circle.members.beside()
    assert "You have paused" in text(browser_of_ada.get("/who-sees-what/"))


def test_pages_ask_the_same_few_questions_for_one_and_for_many(
    circle: Circle, now: dt.datetime
) -> None:
    client = signed_in(circle.person)
    counts = []
    for _ in range(2):
        for _ in range(2):
            sent(beside(circle, now=now), at=now)
        counts.append(_queries(client, "/who-sees-what/"))
    assert counts[0] == counts[1]


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_a_professional_is_no_clinical_channel(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    member = beside(circle, now=now, kind="professional")
    assert "not a clinical channel" in text(browser_of_ada.get(f"/circle/{member.public_id}/"))


def test_what_helps_and_own_gestures_are_kept(browser_of_ada: Client, circle: Circle) -> None:
    browser_of_ada.post(
        "/circle/what-helps/",
        {"helps_me": "a silly picture", "gestures": "Soup is on\n\nSoup is on\nI light a candle"},
    )

    circle.refresh_from_db()
    assert circle.helps_me == "a silly picture"
    assert circle.gestures == ["Soup is on", "I light a candle"]


def test_seven_gestures_are_one_too_many(browser_of_ada: Client, circle: Circle) -> None:
    gestures = "\n".join(f"gesture {number}" for number in range(7))
    page = text(browser_of_ada.post("/circle/what-helps/", {"helps_me": "", "gestures": gestures}))
    assert "Six gestures fit" in page
    assert "gesture 6" in page


def test_hard_days_name_exactly_the_ticked(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    mina, ben = beside(circle, now=now), beside(circle, now=now)
    browser_of_ada.post(
        "/circle/days/",
        {
            "rule": "tell",
            f"named_{mina.public_id}": "on",
            f"how_{mina.public_id}": "mail",
            f"how_{ben.public_id}": "link",
        },
    )

    circle.refresh_from_db()
    mina.refresh_from_db()
    assert circle.hard_day_rule == "tell"
    assert mina.hard_day_in_mail
    assert list(circle.members.beside().named_for_hard_days()) == [mina]


def test_telling_the_ticked_needs_somebody_ticked(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    ben = beside(circle, now=now)
    page = text(
        browser_of_ada.post("/circle/days/", {"rule": "tell", f"how_{ben.public_id}": "link"})
    )

    assert "Please tick somebody below" in page
    circle.refresh_from_db()
    assert circle.hard_day_rule == "nobody"


def test_a_mistyped_address_is_corrected_on_the_page(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    member = invited(circle, now=now, address="mian@example.net")
    page = f"/circle/{member.public_id}/"
    assert "mian@example.net" in text(browser_of_ada.get(page))

    browser_of_ada.post(f"{page}correct/", {"address": "mina@example.net"})

    assert Message.objects.get().mailbox.address == "mina@example.net"
    assert browser_of_ada.get(f"{page}correct/").status_code == 302


def test_the_api_shows_and_changes_only_the_persons_own(circle: Circle, now: dt.datetime) -> None:
    member = beside(circle, now=now, name="Mina", level="words")
    mine, theirs = signed_in(circle.person), signed_in(factories.person())
    path = f"/api/v1/members/{member.public_id}/"

    assert [row["name"] for row in mine.get("/api/v1/members/").json()["results"]] == ["Mina"]
    assert theirs.get("/api/v1/members/").json()["results"] == []
    assert Client().get("/api/v1/members/").status_code in {401, 403}
    change = {"data": {"level": "hello"}, "content_type": "application/json"}
    assert theirs.patch(path, **change).status_code == 404
    assert mine.patch(path, **change).json()["level"] == "hello"
    member.refresh_from_db()
    assert member.level == "hello"


def test_who_is_only_invited_is_not_paused_by_the_page_either(
    browser_of_ada: Client, circle: Circle, now: dt.datetime
) -> None:
    mina = invited(circle, now=now)

    answer = browser_of_ada.post(f"/circle/{mina.public_id}/pause/", follow=True)

    assert "There is nothing to pause before a yes." in text(answer)
    assert "Stopped from this moment on" not in text(answer)
    assert Member.objects.get(pk=mina.pk).accept(now)
    assert Member.objects.get(pk=mina.pk).generation == mina.generation


@pytest.mark.parametrize("page", ["/circle/", "/who-sees-what/"])
def test_what_is_pressed_beside_a_member_says_whom_it_is_about(
    browser_of_ada: Client, circle: Circle, now: dt.datetime, page: str
) -> None:
    beside(circle, now=now, name="Mina")
    beside(circle, now=now, name="Noa").pause(now)
    invited(circle, now=now, name="Quinn")

    cards = browser_of_ada.get(page).content.decode().split('<ul class="cards"', 1)[1]
    cards = cards.split("<aside", 1)[0]

    buttons = re.findall(r'class="button second small"[^>]*>(.*?)</(?:a|button)>', cards)
    assert len(buttons) >= 3
    for button in buttons:
        assert re.search(r'<span class="hidden"> (Mina|Noa|Quinn)</span>', button), button
