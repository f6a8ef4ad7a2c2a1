"""The mailbox of one machine in the browser. These pages exist in local mode only."""

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from library.access import public
from supportnet.local.mailbox import Letter, Mailbox


@public
@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail that was sent from this machine, newest first."""
    return render(request, "mailbox/mailbox.html", {"letters": _mailbox().letters()})


@public
@never_cache
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The list alone, for the page that is open."""
    return render(request, "mailbox/_letters.html", {"letters": _mailbox().letters()})


@public
@never_cache
@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: as its reader sees it, as text, and as it travelled."""
    return render(request, "mailbox/letter.html", {"letter": _letter(name)})


# The mail may style itself and open links in a new tab. It runs nothing and loads nothing.
@public
@never_cache
@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": ["'none'"],
        "script-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
def letter_page(request: HttpRequest, name: str) -> HttpResponse:
    """The mail's own page, shown inside a frame; its links open in a new tab."""
    return HttpResponse(f'<base target="_blank">{_letter(name).html}')


def _mailbox() -> Mailbox:
    return Mailbox(settings.VAR_DIR / "mailbox")


def _letter(name: str) -> Letter:
    found = _mailbox().letter(name)
    if found is None:
        raise Http404
    return found
