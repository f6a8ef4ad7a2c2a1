"""The site map of the benchmark: the real one, and two pages to measure the others by.

They stand where the reply page stands: finding a page costs more the further down it is.
"""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone

from accounts.access import person_of
from circles.models import Member
from library.access import public
from supportnet.urls import *  # noqa: F403
from supportnet.urls import urlpatterns as _site
from supportnet.views import _today


@public
def bare(request: HttpRequest) -> HttpResponse:
    """What Django, the site map and the middleware cost alone."""
    return HttpResponse("bare")


def queries(request: HttpRequest) -> HttpResponse:
    """What Today asks the database, and nothing drawn of it."""
    person, now = person_of(request), timezone.now()
    list(Member.objects.of(person).beside_or_pending(now))
    list(_today(person, now)["replies"])
    return HttpResponse("read")


_room = next(at for at, one in enumerate(_site) if "checkins.urls" in str(one))
_beside = [path("bare/", bare), path("queries/", queries)]
urlpatterns = [*_site[: _room + 1], path("", include(_beside)), *_site[_room + 1 :]]
