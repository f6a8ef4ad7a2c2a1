"""The pages of an answer, from both sides: what stands on them and what a press does."""

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.models import Person
from checkins import dispatch
from checkins.models import Answer, CheckIn, Reply, Share
from circles.models import Circle, Member
from library import frames
from outbox import links
from outbox.links import Link
from outbox.models import Message
from tests import factories
from tests.checkins.postman import Letter, deliver

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
CANARY = "canary under the stairs"


@pytest.fixture(autouse=True)
def _moment(now: dt.datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ada() -> Person:
    return factories.person(name="Ada")


@pytest.fixture
def page(client: Client, ada: Person) -> Client:
    """A browser in which Ada is signed in."""
    client.force_login(ada)
    return client


def link_in(letter: Letter) -> str:
    found = re.search(r"http://[^/\s]+(/l/\S+)", letter.text)
    assert found
    return found.group(1)


def hears(member: Member) -> str:
    return f"hears_{member.public_id.hex}"


def said(page: Client) -> str:
    return page.get("/today/").content.decode()


# Today


def test_today_asks_and_keeps_a_word_for_oneself(page: Client, ada: Person) -> None:
    assert "How are you holding up?" in said(page)

    answered = page.post("/today/", {"word": "okay", "note": CANARY}, follow=True)

    assert "Nobody else sees this. It is yours alone." in answered.content.decode()
    assert CANARY in answered.content.decode()
    assert not Message.objects.exists()


def test_today_names_who_is_beside_and_who_was_asked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    circle = Circle.objects.of(ada)
    about = {"label": "", "kind": "friend", "level": "word", "in_mail": False, "words": "Hi"}
    circle.invite(address="mina@example.org", name="Mina", now=now, **about)
    waiting = said(page)
    factories.member(person=ada, name="Ben")
    factories.member(person=ada, name="Resting Sam", on_break_at=now)

    assert "Asked, no answer yet: <bdi>Mina</bdi>" in waiting
    assert "You have asked somebody." in waiting
    assert "Asked, no answer yet: <bdi>Mina</bdi>" in said(page)
    assert "<bdi>Ben</bdi>" in said(page)
    assert "Resting Sam" not in said(page)


@pytest.mark.parametrize("typed", [{"word": "good"}, {"note": "just this"}, {"went_well": "soup"}])
def test_any_part_alone_is_an_answer(page: Client, typed: dict[str, str]) -> None:
    page.post("/today/", typed)

    assert Answer.objects.count() == 1


def test_an_empty_form_says_nothing_to_anybody(page: Client, ada: Person) -> None:
    factories.member(person=ada, level="words", in_mail=True)

    answered = page.post("/today/", {"note": ""}, follow=True)

    assert answered.status_code == 200
    assert not Message.objects.exists()
    assert not Answer.objects.exists()


def test_what_was_typed_stays_when_it_is_too_long(page: Client) -> None:
    note = "x" * 10_001

    answered = page.post("/today/", {"word": "okay", "note": note}).content.decode()

    assert "Please shorten it" in answered
    assert note in answered
    assert not Answer.objects.exists()


def test_a_note_of_ten_thousand_letters_is_kept_whole(page: Client) -> None:
    note = "می‌خواهم 👩‍👩‍👧 <b>" * 500

    page.post("/today/", {"note": note})

    assert Answer.objects.get().note == note.strip()


def test_names_and_levels_stand_under_the_words_and_change_for_this_answer(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    omar = factories.member(person=ada, name="Omar", level="ask")
    shown = said(page)
    assert "<bdi>Mina</bdi> hears: <span data-hears>my word</span>" in shown
    assert "<bdi>Omar</bdi> hears: <span data-hears>nothing</span>" in shown

    page.post("/today/", {"word": "okay", hears(mina): "", hears(omar): "word"})

    assert [share.member for share in Share.objects.all()] == [omar]
    mina.refresh_from_db()
    assert mina.level == "word"


def test_the_mail_in_the_frame_is_the_mail_that_leaves(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="words", in_mail=True)
    typed = {"word": "up_and_down", "note": "soup again", hears(mina): "words"}

    framed = page.post(f"/today/mail/{mina.public_id}/", typed)
    shown = framed.content.decode()
    assert not Message.objects.exists()
    assert not Answer.objects.exists()
    page.post("/today/", typed)
    (letter,) = deliver(now + MINUTE)

    def without_links(page: str) -> str:
        return re.sub(r"http://[^\"\s<]+/[lu]/[^\"\s<]+", "LINK", page)

    assert "soup again" in shown
    assert without_links(shown) == without_links(letter.html)
    assert "sandbox" in framed.headers["Content-Security-Policy"]


def test_the_mail_in_the_frame_of_a_hard_day_holds_the_words_that_were_ticked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(
        person=ada, name="Mina", level="ask", named_for_hard_days=True, hard_day_in_mail=True
    )
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    typed = {"word": "really_hard", "note": CANARY}

    shown = [
        page.post(f"/today/mail/{mina.public_id}/", typed | ticked).content.decode()
        for ticked in ({}, {"with_words": "on"})
    ]

    assert [CANARY in mail for mail in shown] == [False, True]


def test_another_persons_member_has_no_mail_to_look_at(page: Client) -> None:
    theirs = factories.member(person=factories.person(), name="Mina", level="words")

    assert page.post(f"/today/mail/{theirs.public_id}/", {"word": "okay"}).status_code == 404


def test_who_gets_what_and_when_is_said_and_can_be_taken_back(page: Client, ada: Person) -> None:
    factories.member(person=ada, name="Mina", level="word")

    answered = page.post("/today/", {"word": "okay"}, follow=True)
    check_in = CheckIn.objects.get()
    shown = answered.content.decode()
    assert "Mina" in shown
    assert "my word" in shown
    page.post(f"/said/{check_in.public_id}/take-back/")

    assert deliver(check_in.due_at + MINUTE) == []
    assert "taken back" in page.get(f"/said/{check_in.public_id}/").content.decode()


def test_an_answer_can_be_changed_and_deleted(page: Client) -> None:
    page.post("/today/", {"word": "okay", "note": CANARY})
    check_in = CheckIn.objects.get()
    assert CANARY in page.get(f"/said/{check_in.public_id}/change/").content.decode()

    page.post(f"/said/{check_in.public_id}/change/", {"word": "good"})
    assert Answer.objects.get().word == "good"
    page.post(f"/said/{check_in.public_id}/delete/")

    assert not Answer.objects.exists()


def test_changing_begins_with_what_each_member_got(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("heavy", CANARY, choices={mina.pk: "words"}, now=now)

    shown = page.get(f"/said/{check_in.public_id}/change/").content.decode()

    boxes = [box for box in re.findall(r"<input[^>]+>", shown) if hears(mina) in box]
    assert [re.findall(r'value="(\w*)"', box)[0] for box in boxes if "checked" in box] == ["words"]
    assert CANARY in shown


def test_change_of_what_was_deleted_in_another_tab_gives_the_words_back(page: Client) -> None:
    page.post("/today/", {"word": "okay"})
    said = CheckIn.objects.get().public_id
    page.post(f"/said/{said}/delete/")

    answered = page.post(f"/said/{said}/change/", {"word": "okay", "note": CANARY})

    assert answered.status_code == 404
    assert CANARY in answered.content.decode()
    assert CANARY not in page.post("/nowhere/", {"note": CANARY}).content.decode()


def test_change_that_takes_every_word_away_says_what_to_do_instead(page: Client) -> None:
    page.post("/today/", {"note": CANARY})
    said = CheckIn.objects.get().public_id

    answered = page.post(f"/said/{said}/change/", {"note": ""}).content.decode()

    assert "To take it away, go back and delete it." in answered
    assert Answer.objects.get().note == CANARY


def test_an_outsider_finds_nobody_elses_answer(page: Client, now: dt.datetime) -> None:
    theirs = factories.check_in(person=factories.person(), now=now)
    theirs.answer("heavy", CANARY, now=now)

    for path in ("", "change/", "now/", "take-back/", "delete/"):
        for answered in (
            page.get(f"/said/{theirs.public_id}/{path}"),
            page.post(f"/said/{theirs.public_id}/{path}", {"word": "good"}),
        ):
            assert answered.status_code in {404, 405}
            assert CANARY not in answered.content.decode()
    assert page.get(f"/near/{theirs.public_id}/").status_code == 404
    assert Answer.objects.get().word == "heavy"


# a really hard time


def test_help_on_a_hard_day_is_one_tap_away_from_today_and_from_what_was_said(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("really_hard", now=now)
    there = f'href="/near/{check_in.public_id}/"'

    assert there in said(page)
    assert there in page.get(f"/said/{check_in.public_id}/").content.decode()

    check_in.answer("okay", now=now)

    assert there not in said(page)
    assert there not in page.get(f"/said/{check_in.public_id}/").content.decode()


def test_what_waits_can_be_told_now_where_people_stand(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    member = factories.member(person=ada, name="Mina", level="words")
    for day in (2, 1):
        earlier = now - dt.timedelta(days=day)
        factories.check_in(person=ada, now=earlier).answer("okay", now=earlier)
        deliver(earlier)
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("heavy", CANARY, now=now)
    near = page.get(f"/near/{check_in.public_id}/").content.decode()

    # Mina hears of it anyway: there is nobody left to tell, only a mail that waits for its turn.
    assert str(member.public_id) not in near
    assert 'name="with_words"' not in near
    assert "They hear your word" not in near
    assert f'action="/said/{check_in.public_id}/now/"' in near

    page.post(f"/said/{check_in.public_id}/now/")

    assert len(deliver(now)) == 1
    assert "Tell them now" not in page.get(f"/near/{check_in.public_id}/").content.decode()


def test_a_really_hard_time_opens_help_people_lines_and_what_helps_in_this_order(
    page: Client, ada: Person
) -> None:
    factories.member(person=ada, name="Mina", level="words", in_mail=True)
    circle = Circle.objects.of(ada)
    circle.helps_me = "tea and quiet"
    circle.save()

    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)
    shown = answered.content.decode()

    places = [
        shown.index(text)
        for text in (
            "Hard days count too",
            "tel:112",
            "Tell <bdi>Mina</bdi> now",
            "0800",
            "tea and quiet",
        )
    ]
    assert places == sorted(places)
    assert not Message.objects.exists()


def test_telling_by_one_tap_reaches_that_member_alone(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="ask")
    factories.member(person=ada, name="Omar", level="words")
    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)
    where = answered.redirect_chain[-1][0]

    told = page.post(where, {"member": str(mina.public_id)}, follow=True)

    (letter,) = deliver(now + MINUTE)
    assert letter.to == mina.mailbox.address
    assert CANARY not in letter.all
    assert "really hard" not in letter.all
    assert "Tell <bdi>Mina</bdi> now" not in told.content.decode()
    assert "Tell <bdi>Omar</bdi> now" in told.content.decode()


def test_enter_at_the_box_on_a_hard_day_tells_nobody(page: Client, ada: Person) -> None:
    factories.member(person=ada, name="Mina", level="ask")
    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)

    shown = answered.content.decode().partition('name="with_words"')[0]
    first, *_ = re.findall(r"<button[^>]*>", shown[shown.rindex("<form") :])

    # The browser presses the first button of a form for whoever presses Enter, unless it rests.
    assert "disabled" in first


def test_words_go_along_with_a_hard_day_only_when_ticked(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="ask", hard_day_in_mail=True)
    answered = page.post("/today/", {"word": "really_hard", "note": CANARY}, follow=True)
    where = answered.redirect_chain[-1][0]
    assert "They may read what I wrote, too" in answered.content.decode()

    page.post(where, {"member": str(mina.public_id), "with_words": "on"})

    assert CANARY in deliver(now + MINUTE)[0].text


@pytest.mark.parametrize("ticked", [True, False])
def test_the_answer_itself_tells_the_ticked_with_the_words_only_when_ticked(
    page: Client, ada: Person, now: dt.datetime, ticked: bool
) -> None:
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    factories.member(
        person=ada, level="ask", named_for_hard_days=True, hard_day_in_mail=True, name="Mina"
    )
    assert "may read these words too" in said(page)
    typed = {"word": "really_hard", "note": CANARY} | ({"with_words": "on"} if ticked else {})

    page.post("/today/", typed)

    (letter,) = deliver(now + 2 * MINUTE)
    assert (CANARY in letter.text) is ticked


def test_line_that_shows_nothing_keeps_no_ticked_member_out_until_it_is_set_so(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    mina = factories.member(person=ada, name="Mina", level="ask", named_for_hard_days=True)
    night = now.replace(hour=1)
    with time_machine.travel(night, tick=False):
        for _pressed_twice in range(2):
            page.post("/today/", {"word": "really_hard", hears(mina): ""})
        assert [share.member for share in Share.objects.all() if share.given] == [mina]

        said = CheckIn.objects.get().public_id
        change = page.get(f"/said/{said}/change/").content.decode()
        assert "<bdi>Mina</bdi> hears: <span data-hears>my word</span>" in change
        page.post(f"/said/{said}/change/", {"word": "really_hard", hears(mina): ""})

    assert [share.given for share in Share.objects.all()] == [None]
    assert deliver(now) == []


def test_line_that_shows_nothing_after_a_hard_day_gives_nothing_of_a_lighter_word(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    page.post("/today/", {"word": "really_hard", hears(mina): "word"})
    said = CheckIn.objects.get().public_id
    change = page.get(f"/said/{said}/change/").content.decode()
    assert "<bdi>Mina</bdi> hears: <span data-hears>nothing</span>" in change

    page.post(f"/said/{said}/change/", {"word": "okay", hears(mina): ""})

    assert deliver(now + MINUTE) == []


def test_enter_in_a_line_sends_the_answer_and_not_a_preview(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word")
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer("okay", now=now)

    for path in ("/today/", f"/said/{check_in.public_id}/change/"):
        shown = page.get(path).content.decode()
        before, _, after = shown.partition('name="went_well"')
        form = before[before.rindex("<form") :] + after
        first, *_ = re.findall(r"<button[^>]*>", form)
        # The browser presses the first button of a form, seen or not, for whoever presses Enter.
        assert "formaction" not in first
        assert "formaction" in form


def test_past_day_is_named_and_not_spoken_of_as_today(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    page.post("/today/", {"word": "okay"})
    where = Answer.objects.get().check_in.public_id

    assert "That is enough for today." in page.get(f"/said/{where}/").content.decode()
    with time_machine.travel(now + dt.timedelta(days=40), tick=False):
        page.force_login(ada)
        shown = page.get(f"/said/{where}/").content.decode()
    assert "26 November 2026" in shown
    assert "today." not in shown


def test_looking_at_today_makes_nothing(page: Client, ada: Person) -> None:
    said(page)

    assert not Circle.objects.exists()


# by the link of an asking mail


@pytest.fixture
def asked(ada: Person, now: dt.datetime) -> Letter:
    """The mail that asks Ada."""
    schedule = factories.schedule(person=ada, now=now - dt.timedelta(hours=2), at="09:00")
    assert schedule.next_at == now
    dispatch.tick(now)
    (letter,) = deliver(now)
    return letter


def test_the_link_opens_the_question_and_no_name(
    client: Client, ada: Person, asked: Letter
) -> None:
    factories.member(person=ada, name="Canary Mina", level="word")

    opened = client.get(link_in(asked), follow=True)
    shown = opened.content.decode()

    assert "How are you holding up?" in shown
    assert "One person gets this." in shown
    assert "Canary Mina" not in shown
    assert "/l/" not in opened.redirect_chain[-1][0]


def test_the_link_counts_nobody_for_whom_the_answer_was_taken_back(
    client: Client, ada: Person, asked: Letter
) -> None:
    factories.member(person=ada, level="word")
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]
    client.post(clean, {"word": "okay"})
    client.post(f"{clean}take-back/")

    shown = client.get(clean).content.decode()
    again = client.post(clean, {"word": "good"}, follow=True).content.decode()

    assert "Nobody else gets this." in shown
    assert "Taken back. Nobody can read it any more." in again


def test_the_link_counts_somebody_who_was_chosen_for_this_answer_alone(
    client: Client, page: Client, ada: Person, asked: Letter
) -> None:
    mina = factories.member(person=ada, level="ask")
    page.post("/today/", {"word": "okay", hears(mina): "word"})

    phone = Client().get(link_in(asked), follow=True).content.decode()

    assert "One person gets this." in phone


def test_one_who_was_kept_out_does_not_hide_that_others_hear_it(
    page: Client, ada: Person, asked: Letter
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    factories.member(person=ada, name="Omar", level="word")
    page.post("/today/", {"word": "okay"})
    said = CheckIn.objects.get().public_id
    page.post(f"/said/{said}/change/", {"word": "okay", hears(mina): ""})
    phone = Client()
    clean = phone.get(link_in(asked), follow=True).redirect_chain[-1][0]

    shown = phone.get(f"{clean}said/").content.decode()

    assert '<h1 class="question">Thank you</h1>' in shown
    assert "on its way to one person" in shown


def test_a_press_without_a_word_does_nothing(client: Client, ada: Person, asked: Letter) -> None:
    factories.member(person=ada, level="words", in_mail=True)
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]

    pressed = client.post(clean, {"note": ""})

    assert "Please choose a word" in pressed.content.decode()
    assert not Answer.objects.exists()


def test_an_answer_from_an_unknown_browser_waits_and_can_be_sent_now(
    client: Client, ada: Person, asked: Letter, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word")
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]

    waiting = client.post(clean, {"word": "okay"}, follow=True).content.decode()
    assert "Send it now" in waiting
    assert deliver(now + 5 * MINUTE) == []
    sent = client.post(f"{clean}now/", follow=True).content.decode()

    assert "on its way to one person" in sent
    assert len(deliver(now + MINUTE)) == 1


def test_a_human_answer_stands_over_a_scanners(
    client: Client, ada: Person, asked: Letter, now: dt.datetime
) -> None:
    factories.member(person=ada, level="word", in_mail=True)
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]
    client.post(clean, {"word": "good"})

    client.post(clean, {"word": "heavy"})

    assert Answer.objects.get().word == "heavy"
    letters = deliver(now + 11 * MINUTE)
    assert ["A heavy day" in letter.text for letter in letters] == [True]


def test_a_really_hard_answer_by_link_shows_no_names(
    client: Client, ada: Person, asked: Letter, now: dt.datetime
) -> None:
    factories.member(person=ada, name="Canary Mina", level="words", named_for_hard_days=True)
    clean = client.get(link_in(asked), follow=True).redirect_chain[-1][0]

    opened = client.post(clean, {"word": "really_hard", "note": CANARY}, follow=True)
    shown = opened.content.decode()
    assert "Tell the people I chose" in shown
    assert "Canary Mina" not in shown
    assert CANARY not in shown
    assert deliver(now + 60 * MINUTE) == []
    client.post(opened.redirect_chain[-1][0])

    assert len(deliver(now + 60 * MINUTE)) == 1


# the member's page


@pytest.fixture
def shared(ada: Person, now: dt.datetime) -> Letter:
    """The mail with which Mina gets Ada's word behind a link."""
    factories.member(person=ada, name="Mina", level="word")
    factories.check_in(person=ada, now=now).answer("up_and_down", CANARY, now=now)
    (letter,) = deliver(now)
    return letter


def test_the_member_reads_what_was_given_and_nothing_more(client: Client, shared: Letter) -> None:
    shown = client.get(link_in(shared), follow=True).content.decode()

    assert "<bdi>Ada</bdi>" in shown
    assert "Up and down" in shown
    assert CANARY not in shown


def test_a_gesture_reaches_today_and_can_be_undone(
    client: Client, page: Client, ada: Person, shared: Letter
) -> None:
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]

    member.post(clean, {"gesture": "with_you", "words": "Soup is on the stove"})

    assert "Soup is on the stove" in said(page)
    reply = Reply.objects.get()
    member.post(f"{clean}undo/{reply.public_id}/")
    assert "Soup is on the stove" not in said(page)


def test_an_empty_reply_says_what_is_needed_and_keeps_the_rest(shared: Letter) -> None:
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]

    answered = member.post(clean, {"kinds": ["practical"]}).content.decode()

    assert "Please choose one of these, or write a few words." in answered
    assert not Reply.objects.exists()


def test_taken_back_the_page_says_that_nothing_is_shared(
    client: Client, shared: Letter, now: dt.datetime
) -> None:
    CheckIn.objects.get().take_back(now)

    shown = client.get(link_in(shared), follow=True).content.decode()

    assert "Nothing shared just now." in shown
    assert "Up and down" not in shown


def test_a_removed_member_gets_the_same_page_as_an_invented_link(
    client: Client, shared: Letter, now: dt.datetime
) -> None:
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]
    Member.objects.get().remove(now)

    ended = member.post(clean, {"words": "are you there"})
    invented = Client().get("/l/" + "s" + "A" * 44)

    assert ended.status_code == invented.status_code == 410
    assert "are you there" in ended.content.decode()
    assert client.get(link_in(shared)).content == invented.content
    assert not Reply.objects.exists()


def test_one_tap_answers_and_thanks(
    page: Client, ada: Person, shared: Letter, now: dt.datetime
) -> None:
    Share.objects.get().reply("call", now=now)
    reply = Reply.objects.get(by_person=False)
    assert "Tonight" in said(page)

    page.post(f"/reply/{reply.public_id}/", {"choice": "tonight"})
    page.post(f"/reply/{reply.public_id}/", {"do": "thank"})
    page.post(f"/reply/{reply.public_id}/", {"do": "helped"})

    shown = said(page)
    assert "You said thank you." in shown
    assert "You said that it helped." in shown
    brought = [one for one in deliver(now + MINUTE) if one.to == reply.member.mailbox.address]
    assert [one.text.count("Ada answered you.") for one in brought] == [1, 0]
    assert Reply.objects.get(by_person=True).gesture == "tonight"
    # What is read behind a link stands in no mail.
    assert not any("Tonight" in one.all for one in brought)


def test_what_is_kept_of_the_drawing_of_today_holds_nobodys_words(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    frames._kept.clear()
    member = factories.member(person=ada, name=f"Mina {CANARY}", level="word")
    assert CANARY in said(page)  # the chip

    CheckIn.objects.speak_up(ada, now).answer("okay", note=CANARY, now=now)
    reply = Share.objects.get().reply("call", words=CANARY, kinds=["practical"], now=now)
    reply.answer_with("tonight", words=CANARY, now=now)

    assert said(page).count(CANARY) > 3  # a name, a note, a letter and what was said back
    places = str([key[0] for key in frames._kept])
    assert all(f"checkins/_{piece}.html" in places for piece in ("chip", "letter", "my_answer"))
    for own in (CANARY, reply.public_id.hex, str(member.public_id)):
        assert own not in repr(frames._kept)


def test_folded_letters_leave_today_and_kept_ones_stay_to_look_back_on(
    page: Client, shared: Letter, now: dt.datetime
) -> None:
    Share.objects.get().reply(words="Soup is on the stove", now=now)
    reply = Reply.objects.get()

    page.post(f"/reply/{reply.public_id}/", {"do": "keep"})
    page.post(f"/reply/{reply.public_id}/", {"do": "fold"})

    assert "Soup is on the stove" not in said(page)
    assert "Soup is on the stove" in page.get("/look-back/").content.decode()
    page.post(f"/reply/{reply.public_id}/", {"do": "let_go"})
    assert "Soup is on the stove" not in page.get("/look-back/").content.decode()


def test_another_person_cannot_touch_a_letter(shared: Letter, now: dt.datetime) -> None:
    Share.objects.get().reply(words=CANARY, now=now)
    other = Client()
    other.force_login(factories.person())

    answered = other.post(f"/reply/{Reply.objects.get().public_id}/", {"do": "delete"})

    assert answered.status_code == 404
    assert Reply.objects.get().words == CANARY


# how much is asked of the database


def circle_of(ada: Person, size: int, now: dt.datetime) -> CheckIn:
    """An asked check-in of Ada's, answered; each of her members got a share and replied."""
    factories.schedule(person=ada, now=now - dt.timedelta(days=1))
    for number in range(size):
        factories.member(person=ada, name=f"Member {number}", level="word")
    dispatch.tick(now)
    check_in = CheckIn.objects.get()
    check_in.answer("okay", now=now)
    for share in Share.objects.all():
        share.reply("call", words="hello", now=now)
    return check_in


@pytest.mark.parametrize("size", [1, 3])
def test_today_asks_the_same_seven_questions_for_one_and_for_three(
    page: Client, ada: Person, now: dt.datetime, size: int, django_assert_num_queries
) -> None:
    circle_of(ada, size, now)
    said(page)

    # session with keys, person, members, answer, schedule, letters, what was answered to them
    with django_assert_num_queries(7):
        assert "Member 0" in said(page)
    with django_assert_num_queries(4):
        assert "Member 0" in page.get("/today/replies/").content.decode()


@pytest.mark.parametrize("size", [1, 3])
def test_what_was_said_asks_the_same_few_questions_for_one_and_for_three(
    page: Client, ada: Person, now: dt.datetime, size: int, django_assert_num_queries
) -> None:
    check_in = circle_of(ada, size, now)

    with django_assert_num_queries(5):
        assert "Member 0" in page.get(f"/said/{check_in.public_id}/").content.decode()
    with django_assert_num_queries(8):
        assert "Member 0" in page.get(f"/near/{check_in.public_id}/").content.decode()


@pytest.mark.parametrize("size", [1, 3])
def test_pages_behind_links_ask_the_same_few_questions_for_one_and_for_three(
    client: Client, ada: Person, now: dt.datetime, size: int, django_assert_num_queries
) -> None:
    check_in = circle_of(ada, size, now)
    share = Share.objects.all()[0]
    for link in (Link("c", check_in.public_id), Link("s", share.public_id)):
        client.get(urlsplit(links.url(link, 1)).path)

    with django_assert_num_queries(3):
        assert client.get(f"/c/{check_in.public_id}/").status_code == 200
    # the share with its key, and the words to and fro
    with django_assert_num_queries(2):
        assert client.get(f"/s/{share.public_id}/").status_code == 200
    with django_assert_num_queries(3):
        assert client.get(f"/c/{check_in.public_id}/said/").status_code == 200


@pytest.mark.parametrize("word", ["heavy", "really_hard"])
def test_nothing_that_stands_on_a_members_page_is_asked_for_late(
    client: Client, ada: Person, now: dt.datetime, word: str, django_assert_num_queries
) -> None:
    Circle.objects.of(ada).describe(helps_me="A walk", gestures=["Soup is on the stove"])
    member = factories.member(person=ada, level="words", named_for_hard_days=True)
    check_in = factories.check_in(person=ada, now=now)
    check_in.answer(word, "a note", "the dog", ["practical", "just_listen"], now=now)
    check_in.tell([member.pk], now, with_words=True)
    share = Share.objects.get()
    share.reply("Soup is on the stove", words="hello", kinds=["practical"], now=now).thank(now)
    Reply.objects.get().answer_with("tonight", words="thanks", now=now)
    client.get(urlsplit(links.url(Link("s", share.public_id), 1)).path)

    with django_assert_num_queries(2):
        shown = client.get(f"/s/{share.public_id}/").content.decode()

    assert all(words in shown for words in ("a note", "the dog", "A walk", "Tonight", "hello"))


@pytest.mark.parametrize(("wants", "questions"), [("none", 8), ("words", 12)])
def test_a_reply_asks_a_few_questions_and_a_mail_about_it_a_few_more(
    shared: Letter, ada: Person, wants: str, questions: int, django_assert_num_queries
) -> None:
    ada.choose_mail(own_subject="", plain_mail=False, reply_mail=wants)
    member = Client()
    clean = member.get(link_in(shared), follow=True).redirect_chain[-1][0]

    with django_assert_num_queries(questions):
        member.post(clean, {"gesture": "with_you", "words": "Soup is on the stove"})

    assert Reply.objects.get().words == "Soup is on the stove"


def test_what_is_kept_of_the_drawing_of_a_members_page_holds_nobodys_words(
    shared: Letter, ada: Person, now: dt.datetime
) -> None:
    Person.objects.filter(pk=ada.pk).update(display_name=CANARY.replace(" ", "-"))
    frames._kept.clear()
    reply = Share.objects.get().reply("call", words=CANARY, now=now)
    reply.answer_with("tonight", words=CANARY, now=now)
    reply.thank(now)

    shown = Client().get(link_in(shared), follow=True).content.decode()

    assert shown.count(CANARY) == 2
    assert "says thank you" in shown
    assert "checkins/_said_here.html" in str([key[0] for key in frames._kept])
    for own in (CANARY, CANARY.replace(" ", "-")):
        assert own not in repr(frames._kept)


@pytest.mark.parametrize("days", [1, 4])
def test_a_page_with_several_answers_in_one_mail_asks_the_same_two_questions(
    client: Client, ada: Person, now: dt.datetime, days: int, django_assert_num_queries
) -> None:
    ben = factories.member(person=ada, name="Ben", level="words")
    for day in range(days):
        check_in = factories.check_in(person=ada, now=now, asked=False)
        check_in.answer("okay", note=f"note {day}", now=now)
    Share.objects.update(message_key="share:one mail")
    share = Share.objects.filter(member=ben)[0]
    client.get(urlsplit(links.url(Link("s", share.public_id), 1)).path)

    with django_assert_num_queries(2):
        page = client.get(f"/s/{share.public_id}/").content.decode()

    assert [f"note {day}" in page for day in range(days)] == [True] * days
    assert page.count("<h1") == 1


@pytest.mark.parametrize("years", [0, 2])
def test_years_behind_somebody_add_no_question_to_today(
    page: Client, ada: Person, now: dt.datetime, years: int, django_assert_num_queries
) -> None:
    circle_of(ada, 1, now)
    for number in range(years * 12):
        long_ago = now - dt.timedelta(days=30 * (number + 1))
        asked = factories.check_in(person=ada, now=long_ago)
        asked.answer("good", note=f"years ago {number}", now=long_ago)
    said(page)

    with django_assert_num_queries(7):
        assert "years ago" not in said(page)


def test_a_pile_of_letters_shows_the_newest_and_brings_the_next_up(
    page: Client, shared: Letter, now: dt.datetime
) -> None:
    for number in range(13):
        Share.objects.get().reply(words=f"letter {number:02}", now=now)
    newest = Reply.objects.order_by("pk").last()

    assert "letter 00" not in said(page)
    assert "letter 12" in said(page)
    assert "More letters lie under these." in said(page)
    newest.fold(now)
    assert "letter 00" in said(page)
    assert "More letters lie under these." not in said(page)
