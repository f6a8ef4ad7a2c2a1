"""The site map."""

from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

# Until every room has its pages, the map shows the rooms that have some.
_ROOMS = ["accounts", "library", "outbox", "circles", "checkins", "moderation"]
_built = [room for room in _ROOMS if (Path(settings.BASE_DIR) / room / "urls.py").exists()]

urlpatterns = [
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    *[path("", include(f"{room}.urls")) for room in _built],
]
if settings.LOCAL:
    urlpatterns.append(path("mailbox/", include("supportnet.local.urls")))
