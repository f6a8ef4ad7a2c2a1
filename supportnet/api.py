"""The API: the same verbs as the pages, for other programs. Each room adds its own paths here."""

from django.urls import path

from accounts.api import ProfileView
from checkins.api import AnswerView, CheckInView, ReplyView, ScheduleView, ShareView
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
    path(
        "schedule/",
        ScheduleView.as_view({"get": "retrieve", "put": "put", "delete": "destroy"}),
        name="api_schedule",
    ),
    path("schedule/pause/", ScheduleView.as_view({"post": "pause"}), name="api_pause"),
    path("schedule/resume/", ScheduleView.as_view({"post": "resume"}), name="api_resume"),
    path("check-ins/", CheckInView.as_view({"get": "list"}), name="api_check_ins"),
    path("shares/", ShareView.as_view({"get": "list"}), name="api_shares"),
    path("replies/", ReplyView.as_view({"get": "list"}), name="api_replies"),
    path("replies/kept/", ReplyView.as_view({"get": "kept"}), name="api_kept"),
    path("replies/<uuid:public_id>/", ReplyView.as_view({"post": "create"}), name="api_reply"),
    path("members/", MemberView.as_view({"get": "list"}), name="api_members"),
    path(
        "members/<uuid:public_id>/",
        MemberView.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_member",
    ),
]
