"""Coming in: home, welcome, settings."""

from django.http import HttpRequest, HttpResponse

from accounts.access import before_welcome, public


@public
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@before_welcome
def welcome(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def settings_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
