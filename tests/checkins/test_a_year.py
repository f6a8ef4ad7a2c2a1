"""A year in six zones, with a sender killed once a month."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from checkins.models import CheckIn
from tests import years
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
DAYS = 365


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of commits; a killed process loses none of them, only a machine without power."""
    if connection.vendor == "sqlite":
        options = connection.settings_dict["OPTIONS"]
        calm = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        monkeypatch.setitem(options, "init_command", calm)
        connection.close()


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
