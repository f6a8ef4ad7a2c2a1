"""Work that spans the rooms and has no hurry."""

import datetime as dt
import logging

from django.utils import timezone

from checkins.models import Reply
from circles.models import Invitation, Member
from moderation.models import Decision, Opening, Report
from supportnet.celery import app
from supportnet.retention import forget_expired
from supportnet.sleep import look_after_the_idle

logger = logging.getLogger(__name__)


@app.task
def purge() -> None:
    """Ask what is asked once, and let go of what each model says has had its time."""
    now = timezone.now()
    for step in (
        Invitation.objects.lapse,
        Member.objects.forget_addresses,
        Reply.objects.ask_about_old,
        look_after_the_idle,
        Decision.objects.lift_due,
        _forget,
    ):
        try:
            step(now)
        except Exception:  # told and tried again in an hour; it must not keep the others
            logger.exception("a part of the purge failed; the rest goes on")


def _forget(now: dt.datetime) -> None:
    # In this order: who was not told yet must not be forgotten.
    Opening.objects.tell_before_forgetting(Report.objects.to_forget(now), now=now)
    forget_expired(now=now)
