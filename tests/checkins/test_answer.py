"""What the person says, and that it is theirs."""

import datetime as dt

import pytest

from checkins.models import Answer
from tests import factories

pytestmark = pytest.mark.django_db


def test_words_are_kept_as_they_were_written(now: dt.datetime) -> None:
    check_in = factories.check_in(person=factories.person(), now=now)

    check_in.answer("okay", "soup on the stove", "I went out", ["listening"], now=now)

    kept = Answer.objects.get()
    assert kept.word_label == "Doing okay"
    assert (kept.note, kept.went_well, kept.help_labels) == (
        "soup on the stove",
        "I went out",
        ["listening"],
    )
