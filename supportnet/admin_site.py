"""The admin under its own name; the site itself stands in ``supportnet.office``."""

from django.contrib.admin.apps import AdminConfig


class SupportNetAdmin(AdminConfig):
    default_site = "supportnet.office.Office"
