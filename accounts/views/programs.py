"""Programs of the person's own: each gets a token, shown once, and can be sent away."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person_of
from accounts.forms import ProgramForm
from accounts.models import Token
from accounts.showing import asks_once_more


@asks_once_more
def programs(request: HttpRequest) -> HttpResponse:
    """The person's programs, and a new token; its text stands on this one page alone."""
    person, text = person_of(request), ""
    form = ProgramForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _token, text = Token.objects.give(person, **form.cleaned_data, now=timezone.now())
            form = ProgramForm()
        except ValidationError as error:
            form.add_error(None, error)
    facts = {"form": form, "text": text, "tokens": Token.objects.visible_to(person)}
    return render(request, "accounts/programs.html", facts)


@require_POST
def program_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send one program away."""
    mine = Token.objects.visible_to(person_of(request))
    get_object_or_404(mine, public_id=public_id).end()
    messages.success(request, _("That program is out."))
    return redirect("programs")
