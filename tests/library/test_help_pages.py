"""The help pages: what stands on them, for whom, and that nothing else has to work for it."""

import datetime as dt
import gzip
import html
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.urls import reverse

from accounts.models import Person
from library.check import read
from library.models import OwnLine
from vault.models import Key

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
ROWS = [row for row in read()["countries"] if row["helplines"]]
FOURTEEN_KB = 14 * 1024


@pytest.fixture(autouse=True)
def _at_noon(time_machine):
    time_machine.move_to(NOON)


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_data(self, data):
        self.found.append(data)


def text_of(markup):
    parser = _Text()
    parser.feed(markup)
    return " ".join("".join(parser.found).split())


def page(client, code, **headers):
    return client.get(reverse("help_country", args=[code]), **headers).content.decode()


def a_person(*, country="DE"):
    return Person.objects.create(
        email="nadia@example.org",
        key_id=Key.objects.make().pk,
        country=country,
        joined_at=NOON,
        welcomed_at=NOON,
    )


def no_database(execute, *args):
    raise OperationalError("could not connect to server")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["iso"])
def test_numbers_on_the_page_are_the_bytes_of_the_file(client, row):
    found = page(client, row["iso"])

    for line in row["helplines"]:
        card = re.search(rf'<li class="card" id="{line["id"]}">.*?</li>', found, re.S).group()
        links = re.findall(r'href="(tel|sms):([^"]*)"><bdi dir="ltr">([^<]*)</bdi></a>', card)
        expected = [("tel", one["tel"], one["shown"]) for one in line["phones"] if one["tel"]]
        if line["sms"]:
            expected.append(("sms", line["sms"]["shown"], line["sms"]["shown"]))
        assert [tuple(map(html.unescape, link)) for link in links] == expected
        assert " / ".join(one["shown"] for one in line["phones"]) in text_of(card)
        assert not line["whatsapp"] or line["whatsapp"] in card


def test_the_emergency_number_is_the_first_number_on_every_countrys_page(client):
    for row in read()["countries"]:
        found = page(client, row["iso"])

        numbers = [html.unescape(tel) for tel in re.findall(r'href="tel:([^"]*)"', found)]
        emergency = row["emergency"]
        shown = {one["shown"] for one in emergency["numbers"]}
        assert numbers[0] == emergency["main"], row["iso"]
        assert set(numbers[: len(emergency["numbers"])]) == shown, row["iso"]


def test_at_three_at_night_italy_shows_112_first_and_telefono_amico_as_closed(client, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC))  # 03:00 in Rome

    text = text_of(page(client, "IT"))

    assert text.index("Call 112") < text.index("Telefono Amico Italia")
    assert "Closed now. Open every day, 09:00 to 24:00 (Rome time)." in text
    assert "Open now" not in text


@pytest.mark.parametrize(
    ("code", "emergency", "lines", "is_few"),
    [
        ("DE", "112", ["TelefonSeelsorge", "Write with them in a chat"], True),
        ("FR", "112", ["3114, numéro national de prévention du suicide"], True),
        (
            "US",
            "911",
            ["988 Suicide & Crisis Lifeline", "Text message to 988", "Text HOME to 741741"],
            False,
        ),
        ("HK", "999", ["18111", "2896 0000"], False),
        ("FI", "112", ["MIELI", "09 2525 0111", "Costs as much as a normal call."], True),
    ],
)
def test_a_country_shows_every_way_to_reach_somebody(client, code, emergency, lines, is_few):
    found = page(client, code)
    text = text_of(found)

    for expected in [f"Call {emergency}", *lines, "If a line is busy, try again or try the next"]:
        assert expected in text
    assert "Last checked on 22 November 2026." in text
    elsewhere = '<a href="https://findahelpline.com" rel="noreferrer">'
    assert (elsewhere in found) is is_few


def test_a_country_without_a_checked_line_says_so_and_shows_its_number(client):
    text = text_of(page(client, "EG"))

    assert "Call 123" in text
    assert "We know no checked helpline in Egypt yet." in text
    assert "findahelpline.com" in text


def test_a_country_without_a_known_number_makes_no_link_of_words(client):
    found = page(client, "AQ")

    assert "We do not know the emergency number of Antarctica." in text_of(found)
    assert "tel:" not in found


def test_after_thirteen_months_the_lines_are_gone_and_the_emergency_number_stays(
    client, time_machine
):
    time_machine.move_to(NOON + dt.timedelta(days=396))

    text = text_of(page(client, "DE"))

    assert "Call 112" in text
    assert "No line we know in Germany was checked in the last twelve months." in text
    assert "TelefonSeelsorge" not in text
    assert "0800 111 0 111" not in text


def test_without_a_country_there_is_a_plain_list_and_no_guess(client):
    plain = client.get(reverse("help_now")).content

    for headers in (
        {"accept-language": "en-US"},
        {"accept-language": "de-DE"},
        {"x-forwarded-for": "8.8.8.8", "cf-ipcountry": "US"},
    ):
        assert client.get(reverse("help_now"), headers=headers).content == plain
    assert plain.count(b'href="/help/') >= 250
    assert b"tel:" not in plain
    assert b'<a href="/help/US/">United States</a>' in plain


def test_a_signed_in_person_is_led_to_their_own_country(client):
    client.force_login(a_person(country="FI"))

    answer = client.get(reverse("help_now"))

    assert (answer.status_code, answer["Location"]) == (302, "/help/FI/")
    assert "no-store" in answer["Cache-Control"]


def test_a_person_who_named_no_country_gets_the_list(client):
    client.force_login(a_person(country=""))

    answer = client.get(reverse("help_now"))

    assert answer.status_code == 200
    assert b"Choose your country" in answer.content


@pytest.mark.parametrize("url", ["/help/DE/", "/help/young/", "/help/young/DE/"])
def test_the_page_is_the_same_for_everyone_and_any_cache_may_keep_it(client, url):
    stranger = client.get(url)
    client.force_login(a_person(country="FI"))

    answer = client.get(url)

    assert answer.content == stranger.content
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in answer["Vary"]
    assert not answer.cookies
    assert b"nadia" not in answer.content


def test_opening_the_page_asks_only_for_the_operators_rows(client, django_assert_num_queries):
    client.force_login(a_person())

    with django_assert_num_queries(1):
        page(client, "DE")


@pytest.mark.parametrize("url", ["/help/", "/help/DE/", "/help/young/", "/help/young/AT/"])
def test_with_the_database_gone_the_help_stands(client, url):
    whole = client.get(url).content
    client.force_login(a_person(country=""))

    with connection.execute_wrapper(no_database):
        answer = client.get(url)

    assert answer.status_code == 200
    assert answer.content == whole


def test_an_operators_own_line_is_on_the_page(client):
    OwnLine.objects.create(
        country="EG",
        name="<b>Cairo</b> line",
        phone="02 <1> 23",
        tel="02123",
        hours="daily until ten",
        source="told by the operator",
        checked_on=NOON.date(),
    )

    found = page(client, "EG")

    assert "&lt;b&gt;Cairo&lt;/b&gt; line" in found
    assert 'href="tel:02123"><bdi dir="ltr">02 &lt;1&gt; 23</bdi>' in found
    assert "Open daily until ten." in text_of(found)
    assert "told by the operator" not in found


@pytest.mark.parametrize("url", ["/help/", "/help/young/", *(f"/help/{c}/" for c in ("JP", "DE"))])
def test_a_help_page_with_all_it_loads_is_small(client, url):
    answer = client.get(url, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    weight = len(answer.content)

    markup = gzip.decompress(answer.content).decode()
    for path in re.findall(r'(?:src|href)="/static/([^"]+)"', markup):
        file = settings.BASE_DIR / "static" / path
        weight += len(gzip.compress(file.read_bytes()))

    assert weight <= FOURTEEN_KB
    assert not re.search(r'(?:src|srcset)="(?:https?:)?//', markup)
    assert "<img" not in markup
    assert "style=" not in markup


@pytest.mark.parametrize("url", ["/help/de/", "/help/De/"])
def test_small_letters_lead_to_the_same_page(client, url):
    assert client.get(url).content == client.get("/help/DE/").content


def test_a_country_that_is_none_leads_to_the_list(client):
    assert client.get("/help/zz/")["Location"] == reverse("help_now")


def test_help_is_only_read(client):
    assert client.post("/help/DE/").status_code == 405
    assert client.head("/help/DE/").status_code == 200


def test_a_young_person_finds_lines_for_them_first_and_no_dead_end(client):
    text = text_of(client.get(reverse("help_young_country", args=["AT"])).content.decode())

    assert "SupportNet is for people of 18 and older." in text
    order = ["Call 112", "Rat auf Draht", "142", "childhelplineinternational.org"]
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert text.count("Rat auf Draht") == 1


def test_a_young_person_in_a_country_without_such_a_line_gets_those_for_everyone(client):
    text = text_of(client.get(reverse("help_young_country", args=["DE"])).content.decode())

    assert "We know no checked line in Germany that is only for young people." in text
    assert "0800 111 0 111" in text


@pytest.mark.parametrize(
    ("code", "said", "unsaid"),
    [
        ("RU", "8-800-2000-122", "checked in the last twelve months"),
        ("EG", "We know no checked helpline in Egypt yet.", "The ones below"),
    ],
)
def test_a_young_person_is_told_only_what_is_true_of_the_country(client, code, said, unsaid):
    text = text_of(client.get(reverse("help_young_country", args=[code])).content.decode())

    assert said in text
    assert unsaid not in text
    assert "childhelplineinternational.org" in text


def test_a_young_person_may_choose_any_country(client):
    answer = client.get(reverse("help_young"))

    assert answer.content.count(b'href="/help/young/') >= 250
    assert b"Rat auf Draht" in answer.content
    assert not client.cookies


def test_in_russia_an_adult_is_told_whom_the_line_is_for(client):
    assert "For children, young people and parents." in text_of(page(client, "RU"))
