"""The office's lists of this room, and of persons; each search is noted. No words, no names."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person_of
from accounts.admin import PersonAdmin
from accounts.models import Person
from moderation import roles
from moderation.items import About
from moderation.models import Access, Report
from moderation.views import desk, no_mail
from outbox.admin import LookOnly


@admin.register(Report)
class ReportAdmin(LookOnly):
    """Every report, without a word of it; a row opens the moderator's page."""

    list_display = ("public_id", "reason", "about", "by", "made_at", "due_at", "decided_at")
    fields = list_display
    list_filter = ("reason", "about", "by")
    ordering = ("decided_at", "severity", "made_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        rows = super().get_queryset(request).defer("words", "copied")
        held = roles.roles_of(person_of(request))
        only_lines = roles.HELPLINE_EDITOR in held and roles.MODERATOR not in held
        return rows.filter(about=About.LINE) if only_lines else rows

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if roles.roles_of(person_of(request)).isdisjoint({roles.MODERATOR, roles.HELPLINE_EDITOR}):
            return super().change_view(request, object_id, form_url, extra_context)
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return redirect("admin:moderation_report_desk", found.public_id)

    def get_urls(self) -> list[Any]:
        pages = [
            ("<uuid:public_id>/", desk.report, "report_desk"),
            ("<uuid:public_id>/take/", desk.claim, "report_claim"),
            ("<uuid:public_id>/give-back/", desk.give_back, "report_give_back"),
            ("<uuid:public_id>/open/", desk.glass, "report_glass"),
            ("<uuid:public_id>/read/", desk.read, "report_read"),
            ("<uuid:public_id>/decide/", desk.decide, "report_decide"),
            ("appeal/<uuid:public_id>/", desk.appeal, "appeal_desk"),
            ("topics/", desk.topics, "topics"),
        ]
        return [*_guarded(self, pages), *super().get_urls()]


@admin.register(Access)
class AccessAdmin(LookOnly):
    """Who looked at what; rows are added and never changed."""

    list_display = ("id", "made_at", "actor", "what", "about", "about_id", "reason")
    fields = (*list_display, "previous_hash", "row_hash")
    list_filter = ("what", "about")
    ordering = ("-id",)

    def get_urls(self) -> list[Any]:
        return [*_guarded(self, [("review/", desk.review, "access_review")]), *super().get_urls()]


@admin.register(Person)
class FoundPersonAdmin(PersonAdmin):
    """Found by one exact address, and the search is noted: who searched, not for what."""

    change_list_template = "admin/moderation/persons.html"

    def get_urls(self) -> list[Any]:
        pages = [("find/", self.find, "find_person"), ("no-mail/", no_mail.no_mail, "no_mail")]
        return [*_guarded(self, pages), *super().get_urls()]

    @method_decorator(require_POST)
    def find(self, request: HttpRequest) -> HttpResponse:
        """Posted, so that no address stands in a URL; found by its keyed hash."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        person = Person.objects.of_address(request.POST.get("address", ""))
        self._note(request, Access.What.SEARCHED, person)
        if person is None:
            messages.warning(request, _("No account has exactly this address."))
            return redirect("admin:accounts_person_changelist")
        return redirect("admin:accounts_person_change", person.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # That somebody has an account is a secret too: whoever looks at one row is noted.
        found = self.get_object(request, object_id)
        if found is not None and self.has_view_permission(request, found):
            self._note(request, Access.What.SEEN, found)
        return super().change_view(request, object_id, form_url, extra_context)

    def _note(self, request: HttpRequest, what: str, found: Person | None) -> None:
        about = {"about": "person", "about_id": found.public_id} if found else {"about": "address"}
        Access.objects.record(by=person_of(request), what=what, now=timezone.now(), **about)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = set(form.instance.groups.all())
        super().save_related(request, form, formsets, change)
        for group in before ^ set(Group.objects.filter(user=form.instance)):
            Access.objects.record(
                by=person_of(request),
                what=Access.What.ROLE,
                about="person",
                about_id=form.instance.public_id,
                reason=group.name,
                now=timezone.now(),
            )


def _guarded(office: admin.ModelAdmin, pages: list[tuple[str, Any, str]]) -> list[Any]:
    """Pages of our own behind the office's door, named as Django names its own."""
    return [
        path(there, office.admin_site.admin_view(view), name=f"moderation_{name}")
        for there, view, name in pages
    ]
