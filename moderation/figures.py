"""The numbers of a year, for the public: counts alone, and none so small that it tells."""

import datetime as dt
from collections.abc import Sequence
from statistics import median
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from moderation.measures import Action
from moderation.models import Appeal, Decision, Opening, Report

YEAR = dt.timedelta(days=365)
_FEW = 5

Table = list[tuple[str, str]]


def said(count: int) -> str:
    """A count as it may be published; nothing at all is no secret."""
    return _("fewer than 5") if 0 < count < _FEW else str(count)


def of_the_year(now: dt.datetime) -> dict[str, Table]:
    """Reports by reason, what was decided, how long it took, appeals and openings."""
    since = now - YEAR
    reports = Report.objects.filter(made_at__gt=since)
    decisions = Decision.objects.filter(made_at__gt=since)
    appeals = Appeal.objects.filter(made_at__gt=since)
    openings = Opening.objects.filter(opened_at__gt=since)
    return {
        _("Reports by reason"): _by(reports, "reason", Report.Reason.choices),
        _("Decisions"): _by(decisions, "action", Action.choices),
        _("Time"): _times(reports),
        _("Answers to decisions"): [
            (_("came"), said(appeals.count())),
            (_("taken back after one"), said(appeals.filter(was_changed=True).count())),
        ],
        _("Messages opened behind glass"): [(_("opened"), said(openings.count()))],
    }


def _by(rows: QuerySet[Any], name: str, choices: Sequence[tuple[str, Any]]) -> Table:
    counts = dict(rows.values_list(name).annotate(Count("pk")).order_by())
    return [(str(label), said(counts.get(value, 0))) for value, label in choices]


def _times(reports: QuerySet[Report]) -> Table:
    done = reports.exclude(decided_at=None)
    spans = [end - start for start, end in done.values_list("made_at", "decided_at") if end]
    late = done.filter(decided_at__gt=F("due_at")).count()
    if len(spans) < _FEW:
        return [(_("decided"), said(len(spans)))]
    hours = round(median(span.total_seconds() for span in spans) / 3600)
    return [
        (_("decided"), said(len(spans))),
        (_("hours until decided, in the middle"), str(hours)),
        (_("later than meant"), said(late)),
    ]
