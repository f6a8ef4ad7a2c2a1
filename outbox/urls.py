"""/l/ and /u/: where the links of mails lead."""

from django.urls import path

from outbox import views

urlpatterns = [
    # path, not str: a wrapped link arrives with blanks, brackets or a slash in it.
    path("l/<path:token>", views.enter, name="outbox_link"),
    path("u/<path:token>", views.stop, name="outbox_stop"),
]
