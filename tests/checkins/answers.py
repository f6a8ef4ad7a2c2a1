"""Answers given with one call."""

import datetime as dt

from checkins.models import CheckIn
from tests import factories


def answer(person, now: dt.datetime, word: str = "okay", **said) -> CheckIn:
    """The person says how it is, without having been asked."""
    check_in = factories.check_in(person=person, now=now, asked=False, days=7)
    check_in.answer(word, now=now, **said)
    return check_in
