"""The site map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.access import before_welcome
from supportnet import health, views

_ROOMS = ["checkins", "circles", "outbox", "accounts", "moderation"]

urlpatterns = [
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    path("", include("library.urls")),
    # A path is looked for from top to bottom: what is opened most stands first.
    path("today/", views.today, name="today"),
    path("today/replies/", views.today_replies, name="today_replies"),
    *[path("", include(f"{room}.urls")) for room in _ROOMS],
    path("api/v1/", include("supportnet.api")),
    path("begin/answer/", views.begin_answer, name="begin_answer"),
    path("what-this-is/", views.what_this_is, name="what_this_is"),
    path("be-there/", views.how_to_be_there, name="how_to_be_there"),
    path("privacy/", views.privacy, name="privacy"),
    path("settings/zone/", views.zone, name="zone"),
    path("settings/consent/", views.consent, name="consent"),
    path("settings/data/", before_welcome(views.my_data_export), name="my_data_export"),
    path("settings/data/erase/", before_welcome(views.my_data_erase), name="my_data_erase"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path(".well-known/security.txt", views.security, name="security"),
]
if settings.LOCAL:
    urlpatterns.append(path("mailbox/", include("supportnet.local.urls")))

handler400 = "supportnet.errors.bad_request"
handler403 = "supportnet.errors.denied"
handler404 = "supportnet.errors.not_found"
handler429 = "supportnet.errors.too_many"
handler500 = "supportnet.errors.server_error"
