"""A year in six zones, with a sender killed once a month."""

import datetime as dt
from typing import Any

import pytest

from checkins.models import CheckIn
from tests import years
from tests.mail_server import MailServer

# Kills on SQLite: tests/outbox/test_crash.py.
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

BEGIN = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
DAYS = 365


def test_in_a_year_with_twelve_kills_everybody_is_asked_once_each_sunday(
    smtp: MailServer, settings: Any
) -> None:
    people = years.settle_in(BEGIN, weekdays=years.SUNDAYS)

    kills = years.live(DAYS, now=BEGIN, kill_on=lambda day: day % 28 == 2 and day < 12 * 28, seed=1)

    accepted = [(mail.to, str(mail.message["Message-ID"])) for mail in smtp.mails]
    end = BEGIN + DAYS * years.DAY
    for person in people:
        nights = years.owed(person, since=BEGIN, until=end, weekdays=years.SUNDAYS)
        assert CheckIn.objects.filter(person=person, asked=True).count() == nights
        assert len({one for one in accepted if one[0] == person.email}) == nights
    assert years.doubled(accepted) <= years.doubts() <= kills == 12
