"""The mail beside the form shows what leaves, and says so where nothing does."""

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.models import Person
from checkins.models import CheckIn
from circles.models import Circle, Member
from tests import factories
from tests.checkins.postman import deliver
from tests.checkins.today import CANARY, hears

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def seen(page: Client, member: Member, typed: dict[str, str]) -> str:
    """The mail to this member, from the form that is sent with a change of the one answer."""
    changed = CheckIn.objects.get()
    shown = page.get(f"/said/{changed.public_id}/change/").content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(check_in)" value="([^"]+)"', shown))
    assert sent == {"check_in": str(changed.public_id)}
    return page.post(f"/today/mail/{member.public_id}/", typed | sent).content.decode()


def change(page: Client, typed: dict[str, str]) -> None:
    path = f"/said/{CheckIn.objects.get().public_id}/change/"
    assert page.post(path, typed).status_code == 302


def test_somebody_who_hears_nothing_of_it_has_a_sentence_and_no_mail(
    page: Client, ada: Person
) -> None:
    mina = factories.member(person=ada, name="Mina <i>", level="ask")

    shown = page.post(f"/today/mail/{mina.public_id}/", {"word": "okay", hears(mina): ""})

    assert "Nothing leaves for Mina &lt;i&gt;." in shown.content.decode()
    assert "<table" not in shown.content.decode()


@pytest.mark.parametrize("word", ["heavy", "really_hard"])
def test_a_change_shows_no_second_mail_where_the_first_has_left(
    page: Client, ada: Person, now: dt.datetime, word: str
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word", named_for_hard_days=True)
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    page.post("/today/", {"word": word})
    assert len(deliver(now + MINUTE)) == 1
    typed = {"word": word, "note": CANARY, hears(mina): "word"}

    shown = seen(page, mina, typed)
    change(page, typed)

    assert "Nothing leaves for Mina." in shown
    assert deliver(now + 20 * MINUTE) == []


def test_a_change_shows_the_mail_that_still_waits(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="words", in_mail=True)
    page.post("/today/", {"word": "okay", "note": "before"})
    typed = {"word": "heavy", "note": CANARY, hears(mina): "words"}

    shown = seen(page, mina, typed)
    change(page, typed)

    (letter,) = deliver(now + MINUTE)
    assert CANARY in letter.text
    assert CANARY in shown
    assert "before" not in shown


def test_a_change_shows_the_mail_to_somebody_who_heard_a_hello_so_far(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="hello", wants_each=True)
    page.post("/today/", {"word": "okay"})
    assert len(deliver(now + MINUTE)) == 1
    typed = {"word": "okay", hears(mina): "word"}

    shown = seen(page, mina, typed)
    change(page, typed)

    assert "Nothing leaves" not in shown
    assert len(deliver(now + 20 * MINUTE)) == 1


def test_a_change_shows_no_mail_to_somebody_from_whom_it_was_taken_back(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word")
    page.post("/today/", {"word": "okay"})
    CheckIn.objects.get().take_back(now)
    typed = {"word": "heavy", hears(mina): ""}

    shown = seen(page, mina, typed)
    change(page, typed)

    assert "Nothing leaves for Mina." in shown
    assert deliver(now + 20 * MINUTE) == []


def test_a_really_hard_day_that_a_change_makes_of_it_shows_its_mail(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    mina = factories.member(person=ada, name="Mina", level="word", named_for_hard_days=True)
    Circle.objects.of(ada).set_hard_days(rule="tell", forms={}, now=now)
    page.post("/today/", {"word": "okay"})
    assert len(deliver(now + MINUTE)) == 1
    typed = {"word": "really_hard", hears(mina): "word"}

    shown = seen(page, mina, typed)
    change(page, typed)

    assert "Nothing leaves" not in shown
    assert len(deliver(now + 20 * MINUTE)) == 1


def test_the_answer_of_somebody_else_shows_no_mail(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    theirs = factories.check_in(person=factories.person(), now=now)
    mina = factories.member(person=ada, name="Mina", level="word")
    path, typed = f"/today/mail/{mina.public_id}/", {"word": "okay"}

    assert page.post(path, typed | {"check_in": str(theirs.public_id)}).status_code == 404
    assert page.post(path, typed | {"check_in": "no number"}).status_code == 200
