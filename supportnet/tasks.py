"""Work that spans the rooms and has no hurry."""

from django.apps import apps
from django.utils import timezone

from supportnet.celery import app
from supportnet.retention import forget_expired


@app.task
def purge() -> None:
    """Delete what each model says has had its time."""
    forget_expired(apps.get_models(), now=timezone.now())
