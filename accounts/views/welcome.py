"""The one screen after the first sign-in, and what was typed at the door."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import KEPT, MARK_COOKIE, before_welcome, kept, person_of
from accounts.forms import WelcomeForm
from accounts.models import Person
from accounts.views.arriving import GUESS
from accounts.views.leaving import forget_cookie
from library import helplines, names, zones


@before_welcome
def welcome(request: HttpRequest) -> HttpResponse:
    """A name, an age, a consent, and a place that was guessed and is confirmed here."""
    person = person_of(request)
    if person.welcomed_at:
        return redirect("home")
    form = WelcomeForm(request.POST or None, initial=_known(person) or _guessed(request))
    was_here = person.consents.exists()
    if form.is_under_age:
        return _to_erase(request) if was_here else _too_young(request)
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("name", "country", "zone", "language")}
        person.welcome(**wanted, now=timezone.now())
        request.session.pop(GUESS, None)
        return redirect(_first_step(request))
    context = {"form": form, "place": _place(form), "was_here": was_here}
    return render(request, "accounts/welcome.html", context)


def _too_young(request: HttpRequest) -> HttpResponse:
    """Nothing is kept: the account, its mails and this session go before the page comes."""
    person = person_of(request)
    logout(request)
    person.forget()
    # The place that stood on the form leads at once to its lines; the list is a long way.
    place = helplines.country(request.POST.get("country", ""))
    response = redirect("help_young_country", place.iso) if place else redirect("help_young")
    forget_cookie(response, MARK_COOKIE)
    return response


def _to_erase(request: HttpRequest) -> HttpResponse:
    """Years may hang on it: what was said goes by the page that asks once more who is there."""
    said = _("This is for people of 18 and older. Here you can erase what you wrote.")
    messages.info(request, said)
    return redirect("my_data_erase")


def _first_step(request: HttpRequest) -> str:
    return reverse("kept") if kept(request, timezone.now()) else reverse("begin_answer")


def _known(person: Person) -> dict[str, str]:
    """Somebody who took their yes back and comes again is not asked twice."""
    if not person.display_name:
        return {}
    place = {"country": person.country, "zone": person.zone, "language": person.language}
    return {"name": person.display_name, **place}


def _guessed(request: HttpRequest) -> dict[str, str]:
    guess = zones.guess(request)
    country, zone, language = request.session.get(
        GUESS, [guess.country, guess.zone, guess.language]
    )
    return {"country": country, "zone": zone, "language": language}


def _place(form: WelcomeForm) -> dict[str, str]:
    """The folded line in words: "Germany · Berlin time · English"."""
    country, zone, language = (form[name].value() for name in ("country", "zone", "language"))
    return {
        "country": names.country_name(country) if country else "",
        "zone": zones.zone_name(zone) if zone else "",
        "language": names.language_name(language) if language else "",
    }


def kept_page(request: HttpRequest) -> HttpResponse:
    """What somebody typed before they were asked to sign in, ready to be sent or thrown away."""
    found = kept(request, timezone.now())
    if request.method == "POST":
        request.session.pop(KEPT, None)
        return redirect("home")
    if found is None:
        return redirect("home")
    return render(request, "accounts/kept.html", {"path": found["path"], "fields": found["fields"]})
