"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
application = get_wsgi_application()
# Reads all views before processes are forked; else the first reader of each would wait for it.
reverse("today")
