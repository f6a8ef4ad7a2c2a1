"""When to be asked, as a form."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.forms import PlainForm, SureForm
from accounts.models import Person
from checkins import cadence
from checkins.models import Schedule

_DAYS = [(str(number), name) for number, name in WEEKDAYS.items()]
_NINE = dt.time(9)


class RhythmForm(PlainForm):
    """Four ways to be asked; which days count depends on the way that was chosen."""

    EVERY_DAY, SOME_DAYS, WEEKLY, FORTNIGHTLY = "every_day", "some_days", "weekly", "fortnightly"

    how = forms.ChoiceField(
        label=_("How often?"),
        widget=forms.RadioSelect,
        choices=[
            (EVERY_DAY, _("Every day")),
            (SOME_DAYS, _("On some days")),
            (WEEKLY, _("Once a week")),
            (FORTNIGHTLY, _("Every other week")),
        ],
        error_messages={"required": _("Choose how often we may ask.")},
    )
    days = forms.MultipleChoiceField(
        label=_("On which days?"),
        widget=forms.CheckboxSelectMultiple,
        choices=_DAYS,
        required=False,
    )
    day = forms.ChoiceField(
        label=_("On which day?"), choices=[("", _("Choose a day")), *_DAYS], required=False
    )
    later = forms.BooleanField(
        label=_("Begin one week later"),
        help_text=_("For the weeks in between."),
        required=False,
    )
    time = forms.TimeField(
        label=_("At what time?"),
        help_text=_("Any hour is fine, at night too. It stays the same in summer and winter."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=_NINE,
        error_messages={
            "required": _("Say at what time, as in 09:00."),
            "invalid": _("Say the time with four digits, as in 09:00."),
        },
    )

    def __init__(self, data: Any = None, *, schedule: Schedule | None = None) -> None:
        self.schedule = schedule
        super().__init__(data, initial=_initial(schedule))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        how = data.get("how")
        if how == self.SOME_DAYS and not data.get("days"):
            self.add_error("days", _("Choose at least one day."))
        if how in {self.WEEKLY, self.FORTNIGHTLY} and not data.get("day"):
            self.add_error("day", _("Choose the day."))
        return data

    def rhythm(self, zone: str, now: dt.datetime) -> dict[str, Any]:
        """What was chosen, as the schedule wants it. Raises cadence.ZoneVanished."""
        weekdays, time = self._weekdays(), self.cleaned_data["time"]
        every_weeks = 2 if self.cleaned_data["how"] == self.FORTNIGHTLY else 1
        first = cadence.next_moment(after=now, rhythm=cadence.Rhythm(zone, time, weekdays))
        return {
            "zone": zone,
            "local_time": time,
            "weekdays": weekdays,
            "every_weeks": every_weeks,
            "anchor_on": self._anchor((weekdays, every_weeks), first.on),
        }

    def draft(self, person: Person, now: dt.datetime) -> Schedule | None:
        """The schedule as it would be; None, and a sentence here, when the zone is gone."""
        try:
            return Schedule.objects.draft_for(person, now=now, **self.rhythm(person.zone, now))
        except cadence.ZoneVanished:
            gone = _("We do not know your time zone any more. Choose one in Settings.")
            self.add_error(None, gone)
            return None

    def _weekdays(self) -> int:
        how = self.cleaned_data["how"]
        if how == self.EVERY_DAY:
            return cadence.EVERY_DAY
        chosen = self.cleaned_data["days"] if how == self.SOME_DAYS else [self.cleaned_data["day"]]
        return sum(1 << int(day) for day in chosen)

    def _anchor(self, chosen: tuple[int, int], first_on: dt.date) -> dt.date:
        """The week that counts first: the kept one, unless the days change or it moves on."""
        kept = self.schedule
        same = kept is not None and (kept.weekdays, kept.every_weeks) == chosen
        anchor = kept.anchor_on if kept is not None and same else first_on
        return anchor + dt.timedelta(weeks=1) if self.cleaned_data["later"] else anchor


def _initial(schedule: Schedule | None) -> dict[str, Any]:
    """What is kept already. Nothing is chosen before the first saving."""
    if schedule is None:
        return {}
    days = [str(day) for day in range(7) if schedule.weekdays >> day & 1]
    kept: dict[str, Any] = {"time": schedule.local_time}
    if schedule.every_weeks == 2:
        return {**kept, "how": RhythmForm.FORTNIGHTLY, "day": days[0]}
    if schedule.weekdays == cadence.EVERY_DAY:
        return {**kept, "how": RhythmForm.EVERY_DAY}
    if len(days) == 1:
        return {**kept, "how": RhythmForm.WEEKLY, "day": days[0]}
    return {**kept, "how": RhythmForm.SOME_DAYS, "days": days}


class PauseForm(PlainForm):
    """A break: a day, a week, or until the person says."""

    LONG = {"day": dt.timedelta(days=1), "week": dt.timedelta(weeks=1), "open": None}

    long = forms.ChoiceField(
        label=_("A break from these mails"),
        choices=[
            ("day", _("For a day")),
            ("week", _("For a week")),
            ("open", _("Until I say")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how long.")},
    )

    def until(self, now: dt.datetime) -> dt.datetime | None:
        """When the break ends; None when the person will say."""
        length = self.LONG[self.cleaned_data["long"]]
        return now + length if length else None


class ResumeForm(SureForm):
    """The end of a break."""

    yes = _("Yes, ask me by mail again")
