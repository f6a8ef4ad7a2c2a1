"""Whatever page finds that its link is dead, there is one dead end."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from outbox import links
from outbox.views import dead_end


class DeadLinks:
    """Turns ``links.Dead``, raised by any view, into the one 410 page.

    It stands before Django's CSRF check: the page sets no cookie, so its one button, "send me a
    fresh link", comes without a token. All it can do is send a mail to the rightful holder.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        public_id = next((value for value in kwargs.values() if isinstance(value, uuid.UUID)), None)
        if request.method != "POST" or public_id is None or request.resolver_match is None:
            return None
        # Last: what is posted to other doors is not read before they know who posts.
        if set(request.POST) != {"fresh"}:
            return None
        for purpose in links.of_page(request.resolver_match.view_name):
            try:
                links.holder(request, purpose.letter, public_id, timezone.now())
            except links.Dead as dead:
                return dead_end(request, dead)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return dead_end(request, error) if isinstance(error, links.Dead) else None
