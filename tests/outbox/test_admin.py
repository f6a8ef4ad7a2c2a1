"""What the operator sees of mail, and the one thing they can do."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Person
from outbox.mail import Mail
from outbox.models import Alarm, Hold, Message
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_staff() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = Person(is_staff=True, is_superuser=True, is_active=True)
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def test_the_list_shows_no_words_and_no_addresses(request_of_staff: HttpRequest) -> None:
    factories.message(
        mailbox=factories.mailbox(address="lighthouse@example.org"),
        now=timezone.now(),
        mail=Mail(subject="lighthouse", text="lighthouse"),
    )
    page = admin.site._registry[Message].changelist_view(request_of_staff)
    page.render()  # type: ignore[attr-defined]
    assert "waiting" in page.content.decode()
    assert "lighthouse" not in page.content.decode()


def test_the_office_shows_that_sending_is_held_and_what_was_told(
    request_of_staff: HttpRequest,
) -> None:
    Hold.objects.begin("older database", now=timezone.now())
    Alarm.objects.raise_("hold", again=timedelta(hours=6), now=timezone.now())
    for model, said in ((Hold, "older database"), (Alarm, "hold")):
        page = admin.site._registry[model].changelist_view(request_of_staff)
        page.render()  # type: ignore[attr-defined]
        assert said in page.content.decode()


def test_nobody_changes_the_queue_by_hand(request_of_staff: HttpRequest) -> None:
    rows: Any = admin.site._registry[Message]
    assert rows.has_view_permission(request_of_staff)
    assert not rows.has_add_permission(request_of_staff)
    assert not rows.has_change_permission(request_of_staff)
    assert not rows.has_delete_permission(request_of_staff)


def test_held_mails_are_released_and_others_left(request_of_staff: HttpRequest) -> None:
    box = factories.mailbox()
    held, ended = (factories.message(mailbox=box, now=timezone.now()) for _ in range(2))
    Message.objects.filter(pk=held.pk).update(state="held")
    Message.objects.filter(pk=ended.pk).end("cancelled", now=timezone.now())

    rows: Any = admin.site._registry[Message]
    rows.release_held(request_of_staff, Message.objects.all())

    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [
        "waiting", "ended",
    ]  # fmt: skip
