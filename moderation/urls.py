"""Site map of reporting.

/s/<share>/report/ · /i/<invitation>/report/ · /y/<member>/report/
"""

from django.urls import path

from moderation import views

urlpatterns = [
    path("s/<uuid:public_id>/report/", views.report, {"letter": "s"}, name="report_share"),
    path("i/<uuid:public_id>/report/", views.report, {"letter": "i"}, name="report_invitation"),
    path("y/<uuid:public_id>/report/", views.report, {"letter": "y"}, name="report_member"),
]
