"""The verbs of a message, and the constraints that hold when a verb is forgotten."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from outbox import claims
from outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_a_dedupe_key_is_posted_once(now: dt.datetime) -> None:
    box = factories.mailbox()
    first = factories.message(mailbox=box, now=now, dedupe_key="share:1", body={"n": 1})

    second = Message.objects.post(
        kind="account",
        mailbox=box,
        key_id=box.key_id,
        subject=uuid.uuid4(),
        dedupe_key="share:1",
        now=now,
        expires_at=now + HOUR,
        body={"n": 2},
    )

    assert second is None
    assert [(m.pk, m.body) for m in Message.objects.all()] == [(first.pk, {"n": 1})]


def test_posting_is_one_statement(now: dt.datetime, django_assert_num_queries: Any) -> None:
    box = factories.mailbox()
    with django_assert_num_queries(1):
        factories.message(mailbox=box, now=now, body=None)


def test_a_posted_message_can_be_used_like_a_loaded_one(now: dt.datetime) -> None:
    posted = factories.message(mailbox=factories.mailbox(), now=now)
    assert Message.objects.get() == posted
    assert Message.objects.get().body == posted.body


def test_what_is_rolled_back_was_never_posted(now: dt.datetime) -> None:
    with transaction.atomic():
        factories.message(mailbox=factories.mailbox(), now=now)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize("handle", ["mailbox", "key", "subject"])
def test_cancelling_ends_what_belongs_to_the_handle_and_forgets_its_words(
    handle: str, now: dt.datetime
) -> None:
    box, other = factories.mailbox(), factories.mailbox()
    mine = factories.message(mailbox=box, now=now, subject=uuid.UUID(int=1))
    theirs = factories.message(mailbox=other, now=now, subject=uuid.UUID(int=2))
    handles = {"mailbox": box, "key": box.key_id, "subject": uuid.UUID(int=1)}

    count = Message.objects.cancel(now=now, **{handle: handles[handle]})

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert count == 1
    assert (mine.state, mine.reason, mine.ended_at, mine.body) == ("ended", "cancelled", now, None)
    assert theirs.state == "waiting"


def test_cancelling_without_a_handle_is_refused(now: dt.datetime) -> None:
    with pytest.raises(TypeError):
        Message.objects.cancel(now=now)


@pytest.mark.parametrize("state", ["doubt", "held"])
def test_what_perhaps_left_is_not_sent_again_after_cancelling(state: str, now: dt.datetime) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now)
    Message.objects.filter(pk=message.pk).update(state=state)

    assert Message.objects.cancel(now=now, subject=message.subject) == 1


def test_what_left_stays_sent_when_cancelled(now: dt.datetime) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now)
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=now)

    assert Message.objects.cancel(now=now, subject=message.subject) == 0


def test_rewriting_changes_words_and_moment_of_what_waits(now: dt.datetime) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now, dedupe_key="share:1")

    done = Message.objects.rewrite("share:1", body={"words": "new"}, not_before=now + HOUR)

    message = Message.objects.get()
    assert done
    assert (message.body, message.not_before) == ({"words": "new"}, now + HOUR)


def test_rewriting_what_is_leaving_is_refused_and_changes_nothing(now: dt.datetime) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now, dedupe_key="share:1")
    claims.claim("me", now=now)

    assert not Message.objects.rewrite("share:1", body={"words": "new"})
    assert not Message.objects.rewrite("no such key", body={"words": "new"})
    assert Message.objects.get().body == message.body


def test_rewritten_words_are_sealed(now: dt.datetime) -> None:
    factories.message(mailbox=factories.mailbox(), now=now, dedupe_key="share:1")
    Message.objects.rewrite("share:1", body={"words": "lighthouse"})
    assert b"lighthouse" not in bytes(Message.objects.values_list("body", flat=True).get())


def test_long_and_short_words_have_the_same_size_at_rest(now: dt.datetime) -> None:
    box = factories.mailbox()
    factories.message(mailbox=box, now=now, body={"words": ""})
    factories.message(mailbox=box, now=now, body={"words": "x" * 10_000})
    assert len({len(body) for body in Message.objects.values_list("body", flat=True)}) == 1


def test_what_left_or_ended_is_forgotten_after_thirty_days(now: dt.datetime) -> None:
    box = factories.mailbox()
    waiting, sent, ended, fresh = (factories.message(mailbox=box, now=now) for _ in range(4))
    past = now - dt.timedelta(days=30)
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=past)
    Message.objects.filter(pk=ended.pk).end("cancelled", now=past)
    Message.objects.filter(pk=fresh.pk).end("cancelled", now=past + HOUR)

    assert set(Message.objects.to_forget(now)) == {sent, ended}
    assert waiting in Message.objects.of_key(box.key_id)


def test_what_was_held_waits_again_when_the_operator_says_so(now: dt.datetime) -> None:
    box = factories.mailbox()
    held, ended = (factories.message(mailbox=box, now=now) for _ in range(2))
    Message.objects.filter(pk=held.pk).update(state="held")
    Message.objects.filter(pk=ended.pk).end("cancelled", now=now)

    assert Message.objects.release_held(now=now + HOUR) == 1
    held.refresh_from_db()
    assert (held.state, held.not_before) == ("waiting", now + HOUR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"lane": "fast"},
        {"state": "claimed"},
        {"claim_until": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"state": "sent"},
        {"sent_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"state": "ended", "ended_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"state": "ended", "reason": "cancelled"},
        {"reason": "cancelled"},
        {"ended_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    ],
    ids=str,
)
def test_a_state_that_does_not_fit_its_facts_is_refused(
    wrong: dict[str, Any], now: dt.datetime
) -> None:
    factories.message(mailbox=factories.mailbox(), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**wrong)


def test_a_row_of_plain_sql_gets_the_ordinary_beginnings(now: dt.datetime) -> None:
    """Dispatch writes messages with INSERT … SELECT and names only what it knows."""
    box = factories.mailbox()
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_message (kind, lane, mailbox_id, key_id, subject, dedupe_key,"
            " ring, made_at, not_before, expires_at)"
            " VALUES ('account', 'b_soon', %s, %s, %s, 'x', 1, %s, %s, %s)",
            [box.pk, box.key_id, uuid.uuid4().hex, moment, moment, moment],
        )
    message = Message.objects.get()
    assert (message.state, message.reason, message.attempts, message.body) == (
        "waiting",
        "",
        0,
        None,
    )
