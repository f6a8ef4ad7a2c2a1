"""What a Prometheus may read: numbers about the machine. No label tells of a person."""

import datetime as dt
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from checkins.models import Schedule
from moderation.models import Report
from outbox.figures import Figures, figures
from outbox.models import Alarm, Hold, Pulse
from supportnet import counters

# Who says so: beat by its own knock, a worker by the task it does.
_PARTS = ("heartbeat", "tick", "deliver", "sweep")
_OVERDUE = dt.timedelta(minutes=1)


def page(now: dt.datetime) -> bytes:
    """Everything, in the words of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(now))
    return generate_latest(registry)


class _Numbers(Collector):
    def __init__(self, now: dt.datetime) -> None:
        self._now = now

    def describe(self) -> list[Metric]:
        # Or it would be collected once more, to see what it is called.
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _mails(figures(self._now))
        yield from _machine(self._now)
        yield from _people_who_wait(self._now)
        yield from counters.families()


def _mails(found: Figures) -> Iterator[Metric]:
    yield _each("mails", "Mails that have not left, by state.", "state", found.standing)
    yield _one("mails_due", "Mails that wait and should leave by now.", found.due)
    yield _one(
        "mail_oldest_due_seconds", "For how long the oldest of them waits.", found.oldest_wait
    )
    lately = {"sent": found.sent, **found.ended}
    yield _each("mails_last_hour", "What became of mails in the last hour.", "outcome", lately)
    yield _one("mail_late_seconds", "How late the mails of the last hour left.", found.late)
    yield _one("mail_latest_seconds", "How late the latest of them left.", found.latest)


def _machine(now: dt.datetime) -> Iterator[Metric]:
    heard = Pulse.objects.filter(name__in=_PARTS).values_list("name", "heard_at")
    ages = {name: (now - at).total_seconds() for name, at in heard}
    yield _each("heard_seconds", "Since when a part was not heard.", "part", ages)
    yield _one("sending_held", "Whether all sending is held.", int(Hold.objects.is_on()))
    alarms = {name: int(is_on) for name, is_on in Alarm.objects.values_list("name", "is_on")}
    yield _each("alarm", "Whether the operator was told of it and it is not well.", "cause", alarms)


def _people_who_wait(now: dt.datetime) -> Iterator[Metric]:
    late = Schedule.objects.filter(next_at__lte=now - _OVERDUE).count()
    yield _one("schedules_overdue", "Rhythms whose moment is a minute past.", late)
    yield _one("reports_open", "Reports nobody decided.", Report.objects.waiting().count())
    overdue = Report.objects.late(now).count()
    yield _one("reports_overdue", "Of these, past their time.", overdue)


def _one(name: str, about: str, value: float | dt.timedelta) -> Metric:
    number = value.total_seconds() if isinstance(value, dt.timedelta) else value
    return GaugeMetricFamily(f"supportnet_{name}", about, value=number)


def _each(name: str, about: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"supportnet_{name}", about, labels=[label])
    for said, value in values.items():
        family.add_metric([said], value)
    return family
