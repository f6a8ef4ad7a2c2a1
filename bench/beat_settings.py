"""Our settings and the tables of django-celery-beat, for the comparison with it alone."""

from supportnet.settings import *  # noqa: F403
from supportnet.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_celery_beat"]
