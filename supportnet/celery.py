"""The Celery application. Tasks only wake workers: what must happen is a row in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")

app = Celery("supportnet")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
