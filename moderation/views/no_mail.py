"""The operator's page for the first week: "no mail came", "I can't get in". Each look is noted."""

import datetime as dt

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import person_of
from accounts.emails import send_way_in
from accounts.models import Person
from moderation import arrivals, roles
from moderation.forms import WholeAddressForm
from moderation.models import Access
from moderation.views.desk import for_roles
from outbox import limits
from outbox.backend import PersonalEmail
from outbox.models import Mailbox, Message

_DAY = dt.timedelta(days=1)
_MAILS_A_DAY = 3
_DEEDS = ("again", "test", "in")


@sensitive_post_parameters("address")
@for_roles(roles.OPERATOR)
def no_mail(request: HttpRequest) -> HttpResponse:
    """One whole address, posted, so that it stands in no URL; what became of its mail."""
    form, found, now = WholeAddressForm(request.POST or None), None, timezone.now()
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        person = Person.objects.of_address(address)
        deed = next((name for name in _DEEDS if name in request.POST), "look")
        _note(request, person, deed, now)
        match deed:
            case "again":
                _try_again(request, address, now)
            case "test":
                _send_test(request, person, now)
            case "in":
                _send_way_in(request, person, now)
        found = arrivals.look(address, now=now)
    frame = admin.site.each_context(request)
    title = _("“No mail came”, “I can't get in”")
    context = {**frame, "title": title, "form": form, "found": found}
    return render(request, "admin/moderation/no_mail.html", context)


def _note(request: HttpRequest, person: Person | None, deed: str, now: dt.datetime) -> None:
    by, log = person_of(request), Access.objects
    if person is None:
        log.record(by=by, what=Access.What.SEARCHED, about="address", now=now)
    else:
        log.record(
            by=by,
            what=Access.What.HELPED,
            about="person",
            about_id=person.public_id,
            reason=deed,
            now=now,
        )


def _try_again(request: HttpRequest, address: str, now: dt.datetime) -> None:
    count = Message.objects.try_again(Mailbox.objects.of_address(address), now=now)
    if count:
        messages.success(request, _("Letters that are tried again now: %d.") % count)
    else:
        messages.info(request, _("Nothing waits that can be tried again."))


def _send_way_in(request: HttpRequest, person: Person | None, now: dt.datetime) -> None:
    # No code leaves from here: its link opens a page on which they ask for one in their browser.
    open_one = _to_write_to(request, "way in", person, now)
    if open_one is not None:
        send_way_in(open_one, now=now)
        messages.success(request, _("A way in was sent to them. It works for a day."))


def _to_write_to(
    request: HttpRequest, what: str, person: Person | None, now: dt.datetime
) -> Person | None:
    # To accounts alone: nobody else asked this site for mail.
    if person is None or not person.is_active:
        messages.warning(request, _("Such a mail goes only to an open account."))
        return None
    if not limits.allow(what, person.pk, at_most=_MAILS_A_DAY, within=_DAY, now=now):
        messages.warning(request, _("Three such mails went there today. That is enough."))
        return None
    return person


def _send_test(request: HttpRequest, found: Person | None, now: dt.datetime) -> None:
    person = _to_write_to(request, "test mail", found, now)
    if person is None:
        return
    with translation.override(person.language):
        mail = PersonalEmail(
            _("A test mail"),
            _(
                "This is a test, sent because you asked why no mail came.\n\n"
                "It arrived, so mail from here reaches you. There is nothing to do.\n\n%s\n"
            )
            % settings.SITE_URL,
            settings.DEFAULT_FROM_EMAIL,
            [person.email],
        )
        mail.key_id = person.key_id
        mail.send()
    messages.success(request, _("A test mail is on its way. Look here again in a minute."))
