"""When a helpline is open. What is not known stays unknown: nothing here guesses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from library import zones
from library.names import city_name

ALWAYS = "always"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


@dataclass(frozen=True)
class Opening:
    """Some days and one span of the clock, as "09:00" and "24:00"; it may run past midnight."""

    days: tuple[str, ...]
    start: str
    end: str

    def covers(self, local: datetime) -> bool:
        """Whether this span holds the local moment."""
        clock = f"{local:%H:%M}"
        today = DAYS[local.weekday()]
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        yesterday = DAYS[(local - timedelta(days=1)).weekday()]
        return (today in self.days and clock >= self.start) or (
            yesterday in self.days and clock < self.end
        )

    def words(self) -> str:
        """The span for a reader: "every day, 09:00 to 24:00"."""
        days = _("every day")
        if set(self.days) != set(DAYS):
            days = ", ".join(str(DAY_NAMES[day]) for day in self.days)
        return _("%(days)s, %(start)s to %(end)s") % {
            "days": days,
            "start": self.start,
            "end": self.end,
        }


Opens = str | tuple[Opening, ...] | None


def is_open(opens: Opens, zone: str | None, now: datetime) -> bool | None:
    """Open, closed, or None when nobody has verified the hours."""
    if opens == ALWAYS:
        return True
    clock = zones.clock(zone) if zone else None
    if not opens or isinstance(opens, str) or clock is None:
        return None
    local = now.astimezone(clock)
    return any(opening.covers(local) for opening in opens)


def words(opens: Opens, zone: str | None) -> str:
    """The hours for a reader, in the line's own time; empty when they are unknown."""
    if opens == ALWAYS:
        return _("day and night")
    if not opens or isinstance(opens, str) or not zone:
        return ""
    spans = "; ".join(opening.words() for opening in opens)
    return _("%(hours)s (%(city)s time)") % {"hours": spans, "city": city_name(zone)}
