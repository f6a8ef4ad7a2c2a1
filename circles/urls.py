"""Paths of the circles room. They say nothing about what this site is for."""

from django.urls import path

from circles.views import by_link, circle, invite

urlpatterns = [
    # the person
    path("begin/beside/", invite.invite, {"first": True}, name="begin_beside"),
    path(
        "begin/beside/<uuid:public_id>/",
        invite.invite_link,
        {"first": True},
        name="begin_beside_link",
    ),
    path("circle/", circle.circle, name="circle"),
    path("circle/invite/", invite.invite, name="invite"),
    path("circle/invite/mail/", invite.invite_preview, name="invite_preview"),
    path("circle/what-helps/", circle.what_helps, name="what_helps"),
    path("circle/days/", circle.hard_days, name="hard_days"),
    path("circle/<uuid:public_id>/", circle.member, name="member"),
    path("circle/<uuid:public_id>/link/", invite.invite_link, name="invite_link"),
    path("circle/<uuid:public_id>/correct/", invite.member_correct, name="member_correct"),
    path("circle/<uuid:public_id>/pause/", circle.member_pause, name="member_pause"),
    path("circle/<uuid:public_id>/resume/", circle.member_resume, name="member_resume"),
    path("circle/<uuid:public_id>/remove/", circle.member_remove, name="member_remove"),
    path("who-sees-what/", circle.who_sees_what, name="who_sees_what"),
    # behind a link
    path("i/<uuid:public_id>/", by_link.invitation, name="invitation"),
    path("i/<uuid:public_id>/undo/", by_link.invitation_undo, name="invitation_undo"),
    path("j/<uuid:public_id>/", by_link.invitation_by_hand, name="invitation_by_hand"),
    path("y/<uuid:public_id>/", by_link.member_page, name="member_page"),
    path("y/<uuid:public_id>/leave/", by_link.member_leave, name="member_leave"),
    path("y/<uuid:public_id>/return/", by_link.member_return, name="member_return"),
    path("stop/<uuid:public_id>/", by_link.member_stop, name="member_stop"),
]
