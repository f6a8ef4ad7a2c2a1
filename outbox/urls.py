"""/l/ and /u/: where the links of mails lead."""

from django.urls import path, register_converter

from outbox import views


class Anything:
    """A token as it arrives: wrapped ones have blanks, brackets, slashes and line ends in them."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Anything, "anything")

urlpatterns = [
    path("l/<anything:token>", views.enter, name="outbox_link"),
    path("inbound/<slug:provider>/<slug:what>/", views.webhook, name="outbox_webhook"),
    path("u/<anything:token>", views.stop, name="outbox_stop"),
]
