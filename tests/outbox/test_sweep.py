"""What becomes of the rows of a sender that died, stopped, or lost its machine."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from outbox import claims, journal
from outbox.journal import Journal
from outbox.models import Message
from outbox.sweep import replay_left_behind, sweep
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
OVERDUE = dt.timedelta(seconds=301)


@pytest.fixture
def sender() -> Iterator[Journal]:
    """A sender in the middle of its work; it lives until the test lets it die."""
    sender = Journal()
    yield sender
    journal_path = journal.folder() / sender.owner
    if journal_path.exists():
        journal_path.unlink()


def claimed(sender: Journal, now: dt.datetime, count: int = 1) -> list[Message]:
    for _ in range(count):
        factories.message(mailbox=factories.mailbox(), now=now)
    return claims.claim(sender.owner, now=now)


def die(sender: Journal) -> None:
    # The lock goes with the process; the notes stay.
    sender.close(settled=False)


def facts(message: Message) -> tuple[str, int, int, int]:
    message.refresh_from_db()
    return message.state, message.attempts, message.falls, message.doubts


def test_the_journal_tells_the_truth_about_every_row(now: dt.datetime, sender: Journal) -> None:
    untouched, accepted, handed, declined, begun = claimed(sender, now, 5)
    sender.begins([m.pk for m in (accepted, handed, declined)])
    sender.written([m.pk for m in (accepted, handed, declined)])
    sender.hands_over(accepted.pk, 1)
    sender.accepted(accepted.pk, 1, "queued as 42")
    sender.hands_over(declined.pk, 1)
    sender.declined(declined.pk, 1)
    sender.hands_over(handed.pk, 1)
    sender.begins([begun.pk])
    die(sender)

    assert replay_left_behind(now=now) == 5

    assert facts(accepted) == ("sent", 0, 0, 0)
    assert facts(handed) == ("doubt", 0, 0, 1)
    assert facts(declined) == ("waiting", 0, 0, 0)
    assert facts(untouched) == ("waiting", 0, 0, 0)
    assert facts(begun) == ("waiting", 0, 1, 0)
    assert handed.not_before == now + 10 * MINUTE
    assert untouched.not_before == now
    assert list(journal.folder().iterdir()) == []


def test_when_the_machine_went_down_what_was_not_accepted_is_in_doubt(
    now: dt.datetime, sender: Journal
) -> None:
    untouched, accepted, handed = claimed(sender, now, 3)
    sender.hands_over(accepted.pk, 1)
    sender.accepted(accepted.pk, 1, "queued as 42")
    sender.hands_over(handed.pk, 1)
    die(sender)
    # As if the machine had been started anew since: its name stands in the sender's.
    host, pid, _boot, own = sender.owner.rsplit(".", 3)
    before = f"{host}.{pid}.anotherb.{own}"
    (journal.folder() / sender.owner).rename(journal.folder() / before)
    Message.objects.update(claim_owner=before)

    assert replay_left_behind(now=now) == 3

    assert facts(accepted) == ("sent", 0, 0, 0)
    assert facts(handed) == ("doubt", 0, 0, 1)
    assert facts(untouched) == ("doubt", 0, 0, 1), "its last line may not have reached the disk"


def test_a_line_cut_short_by_death_is_not_believed(now: dt.datetime, sender: Journal) -> None:
    (message,) = claimed(sender, now)
    sender.hands_over(message.pk, 1)
    path = journal.folder() / sender.owner
    path.write_text(path.read_text() + f"A {message.pk} 1 que")
    die(sender)
    replay_left_behind(now=now)
    assert facts(message)[0] == "doubt"


def test_a_living_sender_is_left_alone(now: dt.datetime, sender: Journal) -> None:
    (message,) = claimed(sender, now)
    sweep(now=now + MINUTE)
    assert facts(message)[0] == "claimed"
    die(sender)


def test_a_dead_sender_is_replayed_when_the_next_one_starts(
    now: dt.datetime, sender: Journal, smtp: MailServer
) -> None:
    (message,) = claimed(sender, now)
    die(sender)
    work(clock=lambda: now)
    assert facts(message)[0] == "sent"
    assert len(smtp.mails) == 1


def test_notes_that_could_not_be_settled_are_free_for_the_next_one(
    now: dt.datetime, sender: Journal
) -> None:
    (message,) = claimed(sender, now)
    die(sender)

    def cut(*_question: Any) -> Any:
        raise OperationalError

    # Whoever failed may keep the error with all its frames, as a pool process of Celery does.
    with pytest.raises(OperationalError) as kept, connection.execute_wrapper(cut):
        replay_left_behind(now=now)
    assert replay_left_behind(now=now) == 1
    assert facts(message) == ("waiting", 0, 0, 0)
    assert kept.tb


def test_without_a_journal_every_row_is_in_doubt(now: dt.datetime) -> None:
    factories.message(mailbox=factories.mailbox(), now=now)
    (message,) = claims.claim("elsewhere.1.abc", now=now)
    sweep(now=now + OVERDUE)
    assert facts(message) == ("doubt", 0, 0, 1)


def test_a_stopped_sender_keeps_what_may_have_left(now: dt.datetime, sender: Journal) -> None:
    """Stopped past its lease: on PostgreSQL others take over what it did not hand over."""
    rest, handed, accepted = claimed(sender, now, 3)
    sender.hands_over(accepted.pk, 1)
    sender.accepted(accepted.pk, 1, "ok")
    sender.hands_over(handed.pk, 1)

    sweep(now=now + OVERDUE)

    states = [facts(message)[0] for message in (rest, handed, accepted)]
    if connection.vendor == "postgresql":
        assert states == ["waiting", "doubt", "claimed"]
    else:
        assert states == ["claimed", "claimed", "claimed"]
    assert not claims.Fence(sender.owner).still_ours(rest) or connection.vendor == "sqlite"

    claims.settle(sender.owner, {m.pk: claims.sent(m) for m in (handed, accepted)}, now=now)
    assert [facts(message)[0] for message in (handed, accepted)] == ["sent", "sent"]
    die(sender)


def test_one_that_is_never_done_being_written_is_a_suspect(
    now: dt.datetime, sender: Journal
) -> None:
    """On PostgreSQL others go on without it; on one machine the task's own limit ends it."""
    endless, neighbour = claimed(sender, now, 2)
    sender.begins([endless.pk])
    sweep(now=now + OVERDUE)
    if connection.vendor == "postgresql":
        assert facts(endless) == ("waiting", 0, 1, 0)
        assert facts(neighbour) == ("waiting", 0, 0, 0)
    else:
        assert facts(endless)[0] == "claimed"
    die(sender)


def test_a_doubt_goes_again_after_ten_minutes_with_the_same_identity(
    now: dt.datetime, smtp: MailServer
) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now)
    smtp.drop("DATA")
    work(clock=lambda: now)
    sweep(now=now + 9 * MINUTE)
    assert facts(message)[0] == "doubt"

    sweep(now=now + 10 * MINUTE)
    work(clock=lambda: now + 10 * MINUTE)

    assert facts(message) == ("sent", 0, 0, 1)
    first, second = smtp.mails
    assert first.content == second.content


def test_the_operator_may_hold_what_is_in_doubt(
    now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    settings.IN_DOUBT = "hold"
    message = factories.message(mailbox=factories.mailbox(), now=now)
    smtp.drop("DATA")
    work(clock=lambda: now)
    sweep(now=now + 10 * MINUTE)
    assert facts(message)[0] == "held"

    Message.objects.release_held(now=now + 11 * MINUTE)
    work(clock=lambda: now + 11 * MINUTE)
    assert facts(message)[0] == "sent"


def test_what_is_held_ends_when_nobody_has_use_for_it_any_more(now: dt.datetime) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now, lives=60 * MINUTE)
    Message.objects.filter(pk=message.pk).update(state="held")
    sweep(now=now + 59 * MINUTE)
    assert facts(message)[0] == "held"
    sweep(now=now + 60 * MINUTE)
    assert facts(message)[0] == "ended"
    assert (message.reason, message.body) == ("expired", None)


def test_three_doubts_about_one_mail_are_the_operators(now: dt.datetime, smtp: MailServer) -> None:
    message = factories.message(mailbox=factories.mailbox(), now=now)
    smtp.drop("DATA")
    smtp.drop("DATA")
    smtp.drop("DATA")
    for tens in range(4):
        sweep(now=now + tens * 10 * MINUTE)
        work(clock=lambda tens=tens: now + tens * 10 * MINUTE)
    assert facts(message) == ("held", 0, 0, 3)
    assert len(smtp.mails) == 3


def test_a_crash_over_and_over_ends_the_suspect_alone(now: dt.datetime) -> None:
    (suspect,) = claimed(first := Journal(), now)
    first.begins([suspect.pk])
    die(first)
    replay_left_behind(now=now)
    for turn in range(1, 5):
        assert facts(suspect)[0] == "waiting"
        moment = now + turn * 20 * MINUTE
        again = Journal()
        claims.claim(again.owner, now=moment)
        again.begins([suspect.pk])
        die(again)
        replay_left_behind(now=moment)
    assert facts(suspect) == ("ended", 0, 5, 0)
    assert suspect.reason == "poison"


def test_a_journal_that_was_never_finished_being_made_is_ignored(now: dt.datetime) -> None:
    journal.folder().mkdir(parents=True, exist_ok=True)
    draft = journal.folder() / ".draft"
    draft.write_text("B 1\n")
    assert replay_left_behind(now=now) == 0
    draft.unlink()
