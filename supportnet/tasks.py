"""Work that spans the rooms and has no hurry."""

from django.utils import timezone

from checkins.models import Reply
from circles.models import Invitation, Member
from supportnet.celery import app
from supportnet.retention import forget_expired


@app.task
def purge() -> None:
    """Let unanswered invitations lapse, ask about old letters, delete what has had its time."""
    now = timezone.now()
    Invitation.objects.lapse(now)
    Member.objects.forget_addresses(now)
    Reply.objects.ask_about_old(now)
    forget_expired(now=now)
