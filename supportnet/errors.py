"""The pages for when something does not work, in the reader's language."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access import public


@public
def form_lapsed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long."""
    return HttpResponse(_("This form was open for a long time. Please send it again."), status=403)
