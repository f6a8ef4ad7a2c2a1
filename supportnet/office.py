"""The office: Django's admin for staff who proved a second factor in this session."""

import ipaddress
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from moderation.views import desk
from outbox import limits

_ROOMS = {"moderation", "checkins", "circles", "accounts", "outbox", "library", "supportnet"}


class Office(AdminSite):
    """Its login page is ours; whoever lacks something is led to where they get it."""

    site_title = _("Office")
    site_header = _("SupportNet office")
    index_title = _("What needs doing")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Libraries bring lists with addresses and keys in clear; the office shows ours alone."""
        if admin_class is not None and admin_class.__module__.split(".")[0] in _ROOMS:
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Any, *settled: Any, **how: Any) -> Any:
        """Every page of the office, for those within the networks it is open to."""
        inner = super().admin_view(view, *settled, **how)

        @wraps(inner)
        def here(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            _only_from_within(request)
            return inner(request, *args, **kwargs)

        return here

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        long_here = self.has_permission(request) and desk.is_long_here(request)
        return {**super().each_context(request), "long_here": long_here}

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The office opens on what needs doing."""
        return super().index(request, {**desk.front(request), **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        person = request.user
        return bool(person.is_active and person.is_staff and _proved_second_factor(request))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        _only_from_within(request)
        person = request.user
        if not person.is_authenticated:
            return redirect("home")
        if not person.is_staff:
            # As if there were no office here.
            return redirect("today")
        if not is_mfa_enabled(person):
            return redirect("mfa_index")
        if not _proved_second_factor(request):
            back = urlencode({REDIRECT_FIELD_NAME: reverse("admin:index")})
            return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
        return redirect("admin:index")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("sign_out")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("sign_in_settings")


def _only_from_within(request: HttpRequest) -> None:
    """With ADMIN_NETWORKS set, there is no office for anybody else. Raises Http404."""
    if not settings.ADMIN_NETWORKS:
        return
    try:
        there = ipaddress.ip_address(limits.address(request))
    except ValueError:
        raise Http404 from None
    there = getattr(there, "ipv4_mapped", None) or there
    if not any(there in network for network in settings.ADMIN_NETWORKS):
        raise Http404


def _proved_second_factor(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
