"""Five simulated years in six zones, with a sender killed each day of them."""

import datetime as dt

from chaos.book import SQLITE, also
from chaos.stage import Stage
from tests import years

_BEGIN = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
_DAYS = 1826


@also("F27", seed=4, modes=(SQLITE,), timeout=3600)
def live_five_years(stage: Stage) -> None:
    """Everybody is asked once each night, whatever the clocks of their zone do."""
    stage.start_servers()
    people = years.settle_in(_BEGIN)
    stage.promise.kills += years.live(_DAYS, now=_BEGIN, kill_on=lambda day: True, seed=stage.seed)
    for person in people:
        nights = years.owed(person, since=_BEGIN, until=_BEGIN + _DAYS * years.DAY)
        stage.promise.mails[person.email] += nights
    stage.told["nights"] = sum(stage.promise.mails.values())
