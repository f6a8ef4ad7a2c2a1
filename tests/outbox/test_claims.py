"""Many senders, one queue: no row is ever claimed twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from outbox import claims, journal
from outbox.models import Message
from outbox.work import Sender, steady_clock, work
from tests import factories
from tests.mail_server import MailServer


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [1, 350])
def test_ten_claim_at_once_and_each_row_is_claimed_once(rows: int, now: dt.datetime) -> None:
    box = factories.mailbox()
    for _ in range(rows):
        factories.message(mailbox=box, now=now, body=None)

    def claim_all(name: int) -> list[int]:
        mine: list[int] = []
        try:
            while batch := claims.claim(str(name), now=now):
                mine += [message.pk for message in batch]
        finally:
            connection.close()
        return mine

    with ThreadPoolExecutor(10) as pool:
        claimed = [pk for mine in pool.map(claim_all, range(10)) for pk in mine]

    assert len(claimed) == len(set(claimed))
    # Whoever looks while another holds a row passes it by; the next look finds it.
    assert set(claimed) | set(claim_all(11)) == set(Message.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_four_senders_send_each_mail_once(now: dt.datetime, smtp: MailServer) -> None:
    for number in range(120):
        box = factories.mailbox(address=f"m{number}@example.org")
        factories.message(mailbox=box, now=now)

    def send(_name: int) -> None:
        try:
            work(clock=lambda: now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))

    assert sorted(mail.to for mail in smtp.mails) == sorted(f"m{n}@example.org" for n in range(120))
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_claim_takes_a_hundred_and_the_oldest_first(now: dt.datetime) -> None:
    box = factories.mailbox()
    for minutes in range(120):
        factories.message(mailbox=box, now=now - dt.timedelta(minutes=minutes), body=None)
    first = claims.claim("me", now=now)
    second = claims.claim("me", now=now)
    assert (len(first), len(second)) == (100, 20)
    assert max(m.not_before for m in first) < min(m.not_before for m in second)


@pytest.mark.django_db
def test_a_claim_takes_a_hundred_whatever_the_planner_believes(now: dt.datetime) -> None:
    box = factories.mailbox()
    for _ in range(120):
        factories.message(mailbox=box, now=now, body=None)
    if connection.vendor == "postgresql":
        # A table that was emptied and vacuumed, then filled: pages, and no rows that it knows of.
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_class SET relpages = 10, reltuples = 0 WHERE relname = 'outbox_message'"
            )
    assert len(claims.claim("me", now=now)) == 100


@pytest.mark.django_db
def test_a_claim_carries_its_lease(now: dt.datetime) -> None:
    factories.message(mailbox=factories.mailbox(), now=now)
    (mine,) = claims.claim("me", now=now)
    assert (mine.state, mine.claim_owner) == ("claimed", "me")
    assert mine.claim_until == now + dt.timedelta(seconds=300)


@pytest.mark.django_db
@pytest.mark.parametrize("body", [None, {"text": "Hi"}, {"text": "ä" * 40_000}])
def test_a_claim_brings_the_body_of_each_mail(body: object, now: dt.datetime) -> None:
    box = factories.mailbox()
    factories.message(mailbox=box, now=now - dt.timedelta(minutes=1), body={"text": "Another"})
    factories.message(mailbox=box, now=now, body=body)
    assert [one.body for one in claims.claim("me", now=now)] == [{"text": "Another"}, body]


@pytest.mark.django_db
def test_whoever_lost_a_row_settles_nothing(now: dt.datetime) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now)
    claims.claim("another", now=now)
    claims.settle("me", {message.pk: claims.sent(message)}, now=now)
    claims.settle("me", {message.pk: claims.ended("expired")}, now=now)
    message.refresh_from_db()
    assert (message.state, message.claim_owner) == ("claimed", "another")


@pytest.mark.django_db
def test_the_fence_sees_what_was_taken_back_a_moment_ago(now: dt.datetime) -> None:
    box = factories.mailbox()
    for _ in range(3):
        factories.message(mailbox=box, now=now)
    fence = claims.Fence("me")
    first, second, third = claims.claim("me", now=now)

    assert fence.still_ours(first)
    Message.objects.cancel(subject=second.subject, now=now)
    assert not fence.still_ours(second)
    Message.objects.filter(pk=third.pk).update(claim_owner="another")
    assert not fence.still_ours(third)
    assert fence.still_ours(first)
    fence.close()


@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_forgot_the_plan_is_asked_in_full(now: dt.datetime) -> None:
    box = factories.mailbox()
    for _ in range(2):
        factories.message(mailbox=box, now=now)
    fence = claims.Fence("me")
    first, second = claims.claim("me", now=now)
    assert fence.still_ours(first)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")

    assert fence.still_ours(second)
    Message.objects.cancel(subject=first.subject, now=now)
    assert not fence.still_ours(first)
    fence.close()


@pytest.mark.django_db(transaction=True)
def test_the_fence_holds_on_a_new_connection_too_and_leaves_no_plan(now: dt.datetime) -> None:
    factories.message(mailbox=factories.mailbox(), now=now)
    fence = claims.Fence("me")
    (mine,) = claims.claim("me", now=now)
    assert fence.still_ours(mine)
    connection.close()
    assert fence.still_ours(mine)
    fence.close()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_prepared_statements")
            assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_lost_the_database_lets_go_of_its_journal(
    now: dt.datetime, smtp: MailServer
) -> None:
    factories.message(mailbox=factories.mailbox(), now=now)
    sender = Sender(lambda: now, steady_clock)
    sender.batch()
    connection.connection.close()  # as a database does that is stopped
    sender.close(settled=False)
    connection.close()
    assert [notes.owner for notes in journal.left_behind()]
