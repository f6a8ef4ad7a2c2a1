"""How allauth speaks on our behalf."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by a mailed code; nobody signs up any other way, and nothing is announced."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened themselves."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")
