"""Work that spans the rooms and has no hurry."""

from django.utils import timezone

from checkins.models import Reply
from circles.models import Invitation, Member
from moderation.models import Decision, Opening, Report
from supportnet.celery import app
from supportnet.retention import forget_expired
from supportnet.sleep import look_after_the_idle


@app.task
def purge() -> None:
    """Ask what is asked once, and let go of what each model says has had its time."""
    now = timezone.now()
    Invitation.objects.lapse(now)
    Member.objects.forget_addresses(now)
    Reply.objects.ask_about_old(now)
    look_after_the_idle(now=now)
    Decision.objects.lift_due(now)
    Opening.objects.tell_before_forgetting(Report.objects.to_forget(now), now=now)
    forget_expired(now=now)
