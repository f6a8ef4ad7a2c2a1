"""Paths of the check-ins room. They say nothing about what this site is for."""

from django.urls import path

from checkins.views import answer, by_link, feed, replies, rhythm, share

urlpatterns = [
    # behind the links of a member: opened more than all others
    path("s/<uuid:public_id>/", share.share_page, name="share"),
    path("s/<uuid:public_id>/undo/<uuid:reply_id>/", share.share_undo, name="share_undo"),
    path("s/<uuid:public_id>/begin/", share.share_begin, name="share_begin"),
    path("y/<uuid:public_id>/hello/", share.member_hello, name="member_hello"),
    path("y/<uuid:public_id>/hello/<uuid:reply_id>/undo/", share.hello_undo, name="hello_undo"),
    # what the person said
    path("said/<uuid:public_id>/", answer.said, name="said"),
    path("said/<uuid:public_id>/change/", answer.change_answer, name="change_answer"),
    path("said/<uuid:public_id>/take-back/", answer.take_back, name="take_back"),
    path("said/<uuid:public_id>/now/", answer.tell_now, name="tell_now"),
    path("said/<uuid:public_id>/delete/", answer.forget_answer, name="forget_answer"),
    path("near/<uuid:public_id>/", answer.near_page, name="near"),
    path("today/mail/<uuid:member_id>/", answer.today_mail, name="today_mail"),
    # what came back
    path("reply/<uuid:public_id>/", replies.reply, name="reply"),
    path("look-back/", replies.look_back, name="look_back"),
    path("settings/letters/", replies.old_letters, name="old_letters"),
    # behind the link of an asking mail
    path("c/<uuid:public_id>/", by_link.check_in_link, name="check_in_link"),
    path("c/<uuid:public_id>/said/", by_link.link_said, name="link_said"),
    path("c/<uuid:public_id>/now/", by_link.link_send_now, name="link_send_now"),
    path("c/<uuid:public_id>/take-back/", by_link.link_take_back, name="link_take_back"),
    path("c/<uuid:public_id>/near/", by_link.link_near, name="link_near"),
    # when to be asked
    path("rhythm/", rhythm.rhythm, name="rhythm"),
    path("rhythm/pause/", rhythm.pause, name="rhythm_pause"),
    path("rhythm/resume/", rhythm.resume, name="rhythm_resume"),
    path("rhythm/stop/", rhythm.stop, name="rhythm_stop"),
    path("begin/rhythm/", rhythm.begin_rhythm, name="begin_rhythm"),
    path("rhythm/calendar/", feed.feed, name="feed"),
    path("rhythm/calendar/make/", feed.feed_make, name="feed_make"),
    path("rhythm/calendar/end/", feed.feed_end, name="feed_end"),
    # what a calendar program fetches
    path("moments/<str:token>.ics", feed.moments, name="moments"),
    path("mails/<uuid:public_id>/", rhythm.mail_rhythm, name="mail_rhythm"),
]
