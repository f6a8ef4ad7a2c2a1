"""Site map of reporting and of decisions. The moderators' own pages stand in the office.

/s/<share>/report/ · /i/<invitation>/report/ · /j/<invitation>/report/ · /y/<member>/report/
/reply/<reply>/report/ · /circle/<member>/report/ · /help/<country>/<line>/report/
/d/<decision>/ · /settings/data/decided/<decision>/ · /settings/data/looked/
/stopped/ · /moderation/
"""

from django.urls import path

from moderation.views import decisions, reporting

urlpatterns = [
    path("s/<uuid:public_id>/report/", reporting.by_link, {"letter": "s"}, name="report_share"),
    path(
        "i/<uuid:public_id>/report/", reporting.by_link, {"letter": "i"}, name="report_invitation"
    ),
    path("j/<uuid:public_id>/report/", reporting.by_link, {"letter": "j"}, name="report_by_hand"),
    path("y/<uuid:public_id>/report/", reporting.by_link, {"letter": "y"}, name="report_member"),
    path("reply/<uuid:public_id>/report/", reporting.letter, name="report_letter"),
    path("circle/<uuid:public_id>/report/", reporting.member, name="report_contact"),
    path("help/<country:code>/<slug:line_id>/report/", reporting.line, name="report_line"),
    path("d/<uuid:public_id>/", decisions.decision, name="decision"),
    path("settings/data/decided/<uuid:public_id>/", decisions.own_decision, name="own_decision"),
    path("settings/data/looked/", decisions.who_looked, name="who_looked"),
    path("stopped/", decisions.stopped, name="stopped"),
    path("moderation/", decisions.policy, name="moderation"),
]
