"""The office: Django's admin for staff who proved a second factor in this session."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class Office(AdminSite):
    site_title = site_header = _("SupportNet office")
