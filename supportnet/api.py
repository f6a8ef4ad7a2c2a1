"""The API: the same verbs as the pages, for other programs. Each room adds its own paths here."""

from django.urls import path

from accounts.api import ProfileView
from checkins.api import AnswerView
from circles.api import MemberView

urlpatterns = [
    path(
        "me/",
        ProfileView.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_me",
    ),
    path(
        "answers/",
        AnswerView.as_view({"get": "list", "post": "create"}, basename="answers"),
        name="api_answers",
    ),
    path("members/", MemberView.as_view({"get": "list"}), name="api_members"),
    path(
        "members/<uuid:public_id>/",
        MemberView.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_member",
    ),
]
