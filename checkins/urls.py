"""Paths of the check-ins room. They say nothing about what this site is for."""

from django.urls import path

from checkins.views import rhythm

urlpatterns = [
    # when to be asked
    path("rhythm/", rhythm.rhythm, name="rhythm"),
    path("rhythm/pause/", rhythm.pause, name="rhythm_pause"),
    path("rhythm/resume/", rhythm.resume, name="rhythm_resume"),
    path("rhythm/stop/", rhythm.stop, name="rhythm_stop"),
    path("begin/rhythm/", rhythm.begin_rhythm, name="begin_rhythm"),
    path("mails/<uuid:public_id>/", rhythm.mail_rhythm, name="mail_rhythm"),
]
