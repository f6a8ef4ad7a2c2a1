"""How much each page asks of the database, for one and for many."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import Person
from checkins import dispatch
from checkins.models import CheckIn, Reply, Share
from circles.models import Circle
from outbox import links
from outbox.links import Link
from tests import factories
from tests.checkins.postman import Letter, link_in
from tests.checkins.today import said

pytestmark = pytest.mark.django_db


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
