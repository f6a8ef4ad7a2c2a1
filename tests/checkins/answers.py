"""Answers given with one call, and a share a member already has mail of."""

import datetime as dt

from checkins.models import CheckIn, Share
from tests import factories
from tests.checkins.postman import deliver


def answer(person, now: dt.datetime, word: str = "okay", **said) -> CheckIn:
    """The person says how it is, without having been asked."""
    check_in = factories.check_in(person=person, now=now, asked=False, days=7)
    check_in.answer(word, now=now, **said)
    return check_in


def shared(now: dt.datetime, *, person=None, **about) -> Share:
    """A share of "my word" whose mail has left."""
    person = person or factories.person()
    member = factories.member(person=person, **about)
    factories.check_in(person=person, now=now, asked=False).answer("okay", now=now)
    deliver(now + dt.timedelta(minutes=1))
    return Share.objects.for_reading().get(member=member)
