"""What beat wakes: what became of our mail is made known to those it concerns."""

from celery import shared_task
from django.utils import timezone

from circles.models import Member


@shared_task
def look_after_mail() -> None:
    """Let those rest who called our mail unwanted; tell of addresses that are lost."""
    now = timezone.now()
    Member.objects.rest_unwilling(now)
    Member.objects.tell_of_lost(now)
