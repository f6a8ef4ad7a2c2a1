"""The API: the same verbs as the pages, for other programs. Each room adds its own paths here."""

from django.urls import path

from accounts.api import ProfileView

urlpatterns = [
    path(
        "me/",
        ProfileView.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_me",
    ),
]
