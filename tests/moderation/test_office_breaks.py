"""Something breaks in the office while a row is shown: nobody reads of that row, nor does a log."""

import itertools
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DataError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from checkins.models import Reply
from moderation import items, roles
from moderation.models import Opening, Report
from supportnet.logs import Lines, NoWords
from tests import factories, seeds
from tests.moderation.desk import at_desk, page

pytestmark = pytest.mark.django_db
# What the shown rows hold: words, names, and addresses.
CANARIES = (
    "ada-report", "ada-reply", "ada-note", "ada-membername", "ada-display", "ada@example.org",
    "ada-member@example.org", "ada-facts", "ada-appeal", "ada-opened",
)  # fmt: skip


class _Log(logging.Handler):
    """What our console would show, in the shape of production."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(NoWords())
        self.setFormatter(Lines())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@pytest.fixture
def log() -> Iterator[list[str]]:
    handler = _Log()
    # Before the console's own: the filter of that one takes the error off the record.
    logging.getLogger().handlers.insert(0, handler)
    yield handler.written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def ada(now: Any) -> Person:
    person = seeds.everything_of("ada")
    letter = items.of_letter(Reply.objects.get())[0]
    member = person.circle.members.get()
    factories.report(member=member, item=letter, words="ada-report", now=now)
    return person


def breaking(ask: Callable[[], HttpResponse]) -> Iterator[HttpResponse]:
    """``ask`` again and again: each time its next query fails, and the error quotes the row."""
    for place in itertools.count():
        queries = itertools.count()

        def fail(execute: Any, sql: str, *rest: Any, at: int = place, on: Any = queries) -> Any:
            if next(on) == at:
                raise DataError(f"Failing row contains ({', '.join(CANARIES)}).")
            return execute(sql, *rest)

        with connection.execute_wrapper(fail):
            answer = ask()
        yield answer
        if next(queries) <= place:  # it came through
            return


def shown_in(texts: list[str]) -> list[str]:
    return [word for word in CANARIES for text in texts if word in text]


@pytest.mark.parametrize("name", ["report_desk", "report_read"])
def test_a_report_that_breaks_while_it_is_read_shows_nothing(
    ada: Person, log: list[str], name: str
) -> None:
    kim = factories.staff(roles.MODERATOR, name="Kim", address="kim@example.org")
    report, now = Report.objects.waiting().get(), timezone.now()
    report.claim(by=kim, now=now)
    why = {"category": "context", "reason": "The words decide it, and the report is vague."}
    Opening.objects.open(report, **why, by=kim, now=now)
    client = at_desk(kim)
    whole = client.get(page(name, report.public_id)).content.decode()
    assert {"report_desk": "ada-report", "report_read": "ada-reply"}[name] in whole
    client.raise_request_exception = False

    answers = list(breaking(lambda: client.get(page(name, report.public_id))))

    broken = [answer.content.decode() for answer in answers if answer.status_code == 500]
    assert len(broken) > 5
    assert all("Something went wrong on our side" in text for text in broken)
    assert shown_in(broken) == []
    assert any("DataError (withheld)" in line for line in log)
    assert shown_in(log) == []


@pytest.mark.parametrize("model", ["accounts_person", "outbox_message"])
def test_a_list_that_breaks_shows_nothing(ada: Person, log: list[str], model: str) -> None:
    client = at_desk(factories.staff(roles.OPERATOR, name="Kim", address="kim@example.org"))
    client.raise_request_exception = False

    answers = list(breaking(lambda: client.get(reverse(f"admin:{model}_changelist"))))

    broken = [answer.content.decode() for answer in answers if answer.status_code == 500]
    assert len(broken) > 2
    assert shown_in([*broken, *log]) == []


def test_an_address_that_was_looked_for_does_not_come_back_on_the_page_of_an_error(
    ada: Person, log: list[str]
) -> None:
    client: Client = at_desk(factories.staff(roles.OPERATOR, name="Kim", address="kim@example.org"))
    client.raise_request_exception = False
    there = reverse("admin:moderation_no_mail")

    answers = list(breaking(lambda: client.post(there, {"address": "ada@example.org"})))

    broken = [answer.content.decode() for answer in answers if answer.status_code == 500]
    assert len(broken) > 5
    assert shown_in([*broken, *log]) == []
