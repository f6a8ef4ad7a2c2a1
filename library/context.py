"""Help for the reader of a page."""

from django.http import HttpRequest


def help_for_reader(request: HttpRequest) -> dict[str, object]:
    return {}
