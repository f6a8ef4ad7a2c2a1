"""The API: the same verbs as the pages, for other programs. Each room adds its own paths here."""

from django.http import Http404
from django.urls import path, re_path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import OwnView, ProfileView
from checkins.api.answers import AnswerView, CheckInView, SaidView, ShareView
from checkins.api.letters import OldLettersView, ReplyView
from checkins.api.rhythm import ScheduleView
from circles.api import CircleView, MemberView
from supportnet import views


@extend_schema(exclude=True)
class NowhereView(OwnView):
    """Whatever is not one of the paths: told to programs in their own way, and in no page."""

    def nothing(self, request: Request) -> Response:
        raise Http404


_METHODS = ("get", "post", "put", "patch", "delete")

urlpatterns = [
    path("schema/", views.api_schema, name="api_schema"),
    path("docs/", views.api_docs, name="api_docs"),
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
        "answers/<uuid:public_id>/",
        SaidView.as_view({"get": "retrieve", "put": "put", "delete": "destroy"}),
        name="api_answer",
    ),
    path(
        "answers/<uuid:public_id>/take-back/",
        SaidView.as_view({"post": "take_back"}),
        name="api_take_back",
    ),
    path(
        "answers/<uuid:public_id>/now/",
        SaidView.as_view({"post": "tell_now"}),
        name="api_tell_now",
    ),
    path(
        "answers/<uuid:public_id>/near/",
        SaidView.as_view({"get": "near", "post": "tell"}),
        name="api_near",
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
    path(
        "old-letters/",
        OldLettersView.as_view({"get": "retrieve", "put": "put"}),
        name="api_old_letters",
    ),
    path(
        "members/",
        MemberView.as_view({"get": "list", "post": "create"}),
        name="api_members",
    ),
    path("members/mail/", MemberView.as_view({"post": "mail"}), name="api_member_mail"),
    path(
        "members/<uuid:public_id>/",
        MemberView.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api_member",
    ),
    path(
        "members/<uuid:public_id>/pause/",
        MemberView.as_view({"post": "pause"}),
        name="api_member_pause",
    ),
    path(
        "members/<uuid:public_id>/resume/",
        MemberView.as_view({"post": "resume"}),
        name="api_member_resume",
    ),
    path(
        "members/<uuid:public_id>/correct/",
        MemberView.as_view({"post": "correct"}),
        name="api_member_correct",
    ),
    path(
        "what-helps/",
        CircleView.as_view({"get": "helps", "put": "describe"}),
        name="api_what_helps",
    ),
    path(
        "hard-days/",
        CircleView.as_view({"get": "hard_days", "put": "set_hard_days"}),
        name="api_hard_days",
    ),
    re_path(
        r"^.*",
        NowhereView.as_view(dict.fromkeys(_METHODS, "nothing")),
        name="api_nowhere",
    ),
]
