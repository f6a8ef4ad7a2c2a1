"""Kept words lie on Look back a few at a time, however many they have become."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client

from accounts.models import Person
from checkins.models import Reply
from tests import factories
from vault.scope import key_scope

pytestmark = pytest.mark.django_db

MANY = 2000
_WORDS = re.compile(r"kept words (\d{4})\.")


@key_scope()
def keep(person: Person, many: int, now: dt.datetime) -> None:
    """Letters of years, all of them kept; three of each day came at the same moment."""
    mina = factories.member(person=person, name="Mina")
    Reply.objects.bulk_create(
        Reply(
            member=mina,
            key_id=person.key_id,
            words=f"kept words {number:04}." + " and more" * 40,
            made_at=now - dt.timedelta(days=number // 3),
            kept_at=now,
        )
        for number in range(many)
    )


def test_two_thousand_kept_words_lie_on_pages_of_one_size(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    keep(ada, MANY, now)

    shown = page.get("/look-back/").content.decode()

    assert len(_WORDS.findall(shown)) == 12
    assert len(shown) < 40_000
    assert "Earlier words" in shown
    assert "Newest words" not in shown


@pytest.mark.parametrize("many", [1, 12, 13, 40])
def test_the_way_on_leads_past_every_kept_word_once(
    page: Client, ada: Person, now: dt.datetime, many: int
) -> None:
    keep(ada, many, now)
    path, found = "/look-back/", []

    while path:
        shown = page.get(path).content.decode()
        found += _WORDS.findall(shown)
        on = re.search(r'href="(\?kept_before=[^"#]+)#kept"', shown)
        path = f"/look-back/{on[1]}" if on else ""

    assert len(found) == len(set(found)) == many
    assert ("Newest words" in shown) is (many > 12)


@pytest.mark.parametrize("typed", ["no number", "", str(uuid.UUID(int=7)), "\x00"])
def test_a_way_on_that_leads_nowhere_shows_the_newest(
    page: Client, ada: Person, now: dt.datetime, typed: str
) -> None:
    keep(ada, 1, now)

    shown = page.get("/look-back/", {"kept_before": typed})

    assert shown.status_code == 200
    assert "kept words 0000." in shown.content.decode()


def test_a_letter_of_somebody_else_marks_no_place(
    page: Client, ada: Person, now: dt.datetime
) -> None:
    keep(ada, 13, now)
    keep(factories.person(), 1, now - dt.timedelta(days=900))
    theirs = Reply.objects.order_by("made_at").first()

    shown = page.get("/look-back/", {"kept_before": str(theirs.public_id)}).content.decode()

    assert "kept words 0000." in shown
    assert "Newest words" not in shown
