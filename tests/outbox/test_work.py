"""What the sending loop does with what waits, against a real mail server."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from outbox import claims, journal, kinds
from outbox import smtp as post
from outbox.emails import written
from outbox.kinds import Drop, Go, Kind, Verdict, Wait
from outbox.mail import Mail
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox.slow_server import SlowServer
from vault.models import Key

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def state(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.state, message.reason, message.setback


@pytest.fixture
def box() -> Mailbox:
    return factories.mailbox(address="anna@example.org")


class Odd:
    """A kind whose rules and texts the test chooses."""

    def __init__(self) -> None:
        self.says: Go | Wait | Drop = Go()
        self.poison: set[int] = set()
        self.endless: set[int] = set()
        self.rendered: list[list[int]] = []
        self.during: Callable[[], object] = lambda: None

    def may_leave(self, message: Message, now: dt.datetime) -> Go | Wait | Drop:
        return self.says

    def render(self, messages: Sequence[Message]) -> dict[int, Mail]:
        ids = [message.pk for message in messages]
        self.rendered.append(ids)
        self.during()
        if self.poison & set(ids):
            raise RecursionError
        if self.endless & set(ids):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 50")
                cursor.execute("SELECT pg_sleep(30)")
        return written(messages)


@pytest.fixture
def odd() -> Iterator[Odd]:
    odd = Odd()
    kinds.register(Kind("odd", odd.render, odd.may_leave))
    yield odd
    del kinds.known()["odd"]


def test_a_mail_leaves_once_and_its_words_are_forgotten(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)

    work(clock=at(now))
    work(clock=at(now))

    message.refresh_from_db()
    assert [(mail.to, mail.text.strip()) for mail in smtp.mails] == [
        ("anna@example.org", "Some words.")
    ]
    assert (message.state, message.sent_at, message.body) == ("sent", now, None)


def test_a_batch_costs_few_statements(
    now: dt.datetime, smtp: MailServer, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        factories.message(mailbox=factories.mailbox(), now=now)
    with django_assert_max_num_queries(20 + 14):  # one fence before each mail
        work(clock=at(now))
    assert len(smtp.mails) == 20


def test_what_is_not_due_stays(now: dt.datetime, smtp: MailServer, box: Mailbox) -> None:
    factories.message(mailbox=box, now=now, not_before=now + MINUTE)
    work(clock=at(now))
    assert smtp.mails == []
    work(clock=at(now + MINUTE))
    assert len(smtp.mails) == 1


def test_the_quick_lane_leaves_first(now: dt.datetime, smtp: MailServer) -> None:
    for name, lane in (("slow", Message.Lane.SOON), ("quick", Message.Lane.NOW)):
        to = factories.mailbox(address=f"{name}@example.org")
        factories.message(mailbox=to, now=now, lane=lane)
    work(clock=at(now))
    assert [mail.to for mail in smtp.mails] == ["quick@example.org", "slow@example.org"]


def test_old_news_is_not_sent(now: dt.datetime, smtp: MailServer, box: Mailbox) -> None:
    message = factories.message(mailbox=box, now=now, lives=MINUTE)
    work(clock=at(now + MINUTE))
    assert smtp.mails == []
    assert state(message) == ("ended", "expired", "")
    assert message.body is None


@pytest.mark.parametrize("what", ["suppressed_at", "bounced_at"])
def test_a_closed_mailbox_gets_nothing(
    what: str, now: dt.datetime, smtp: MailServer, box: Mailbox, odd: Odd
) -> None:
    message = factories.message(mailbox=box, now=now, kind="odd")
    Mailbox.objects.filter(pk=box.pk).update(**{what: now})
    work(clock=at(now))
    assert smtp.mails == []
    assert state(message) == ("ended", "dropped", "mailbox")


def test_a_worker_leaves_kinds_it_does_not_know(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now, kind="of tomorrow")
    work(clock=at(now))
    assert state(message) == ("waiting", "", "")
    assert smtp.mails == []


def test_a_kind_may_let_a_mail_wait_and_go_later(
    now: dt.datetime, smtp: MailServer, box: Mailbox, odd: Odd
) -> None:
    message = factories.message(mailbox=box, now=now, kind="odd")
    odd.says = Wait(now + MINUTE)
    work(clock=at(now))
    assert (state(message)[0], message.not_before) == ("waiting", now + MINUTE)
    assert (message.attempts, message.tried_at) == (0, None)

    odd.says = Go()
    work(clock=at(now + MINUTE))
    assert len(smtp.mails) == 1


def test_a_kind_may_drop_a_mail(now: dt.datetime, smtp: MailServer, box: Mailbox, odd: Odd) -> None:
    message = factories.message(mailbox=box, now=now, kind="odd")
    odd.says = Drop()
    work(clock=at(now))
    assert state(message) == ("ended", "dropped", "")
    assert smtp.mails == []


def test_a_mail_with_nothing_left_to_say_is_dropped(
    now: dt.datetime, smtp: MailServer, box: Mailbox, odd: Odd
) -> None:
    message = factories.message(mailbox=box, now=now, kind="odd", body=None)
    work(clock=at(now))
    assert state(message) == ("ended", "dropped", "")


def test_words_whose_key_is_gone_are_never_sent(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    Message.objects.filter(pk=message.pk).update(key_id=12345)
    work(clock=at(now))
    assert state(message) == ("ended", "dropped", "key gone")


def test_words_whose_key_does_not_open_wait_and_cost_the_others_nothing(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    shut = factories.message(mailbox=factories.mailbox(), now=now)
    key = Key.objects.get(pk=shut.key_id)
    whole, key.wrapped = bytes(key.wrapped), b"x" * 60
    key.save()
    factories.message(mailbox=box, now=now)

    for minutes in range(6):
        work(clock=at(now + minutes * MINUTE * 2))
    assert len(smtp.mails) == 1
    assert Message.objects.filter(pk=shut.pk, state="waiting", setback="key", falls=0).exists()

    key.wrapped = whole
    key.save()
    work(clock=at(now + 12 * MINUTE))
    assert state(shut)[0] == "sent"


def test_a_mail_taken_back_while_it_is_written_does_not_leave(
    now: dt.datetime, smtp: MailServer, box: Mailbox, odd: Odd
) -> None:
    message = factories.message(mailbox=box, now=now, kind="odd")
    odd.during = lambda: Message.objects.cancel(now=now, mailbox=box)
    work(clock=at(now))
    assert smtp.mails == []
    assert state(message) == ("ended", "cancelled", "")


def test_a_mail_past_its_fence_is_recorded_as_sent(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    (claimed,) = claims.claim("me", now=now)
    Message.objects.cancel(now=now, mailbox=box)
    claims.settle("me", {claimed.pk: claims.sent(claimed)}, now=now)
    assert state(message) == ("sent", "", "")


def test_a_mail_past_its_fence_that_the_operator_skipped_is_recorded_as_sent(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    (claimed,) = claims.claim("me", now=now)
    Message.objects.skip_waiting(now=now)
    claims.settle("me", {claimed.pk: claims.sent(claimed)}, now=now)
    assert state(message) == ("sent", "", "")


def test_temporary_refusals_climb_the_ladder_and_then_the_mail_leaves(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now, lives=dt.timedelta(days=3))
    smtp.answer("RCPT", *["450 greylisted"] * 6)
    moment, waits = now, []
    for _ in range(6):
        work(clock=at(moment))
        assert state(message) == ("waiting", "", "rcpt 450")
        waits.append((message.not_before - moment) / MINUTE)
        moment = message.not_before

    for wait, step in zip(waits, [1, 5, 15, 60, 240, 240], strict=True):
        assert 0.8 * step <= wait <= 1.2 * step
    work(clock=at(moment))
    assert state(message) == ("sent", "", "")
    assert message.attempts == 6


def test_a_mail_nobody_takes_for_a_day_is_given_up_visibly(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now, lives=dt.timedelta(days=9))
    smtp.always("RCPT", "450 not now")
    moment = now
    while state(message)[0] == "waiting":
        moment = max(moment, message.not_before)
        work(clock=at(moment))
    assert state(message) == ("ended", "gave_up", "rcpt 450")
    assert dt.timedelta(hours=24) <= moment - now <= dt.timedelta(hours=29)


@pytest.mark.parametrize("answer", ["550 nobody here", "550 5.1.1 unknown", "553 no such name"])
def test_an_unknown_address_ends_the_mail_and_marks_the_mailbox(
    answer: str, now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    smtp.answer("RCPT", answer)
    work(clock=at(now))
    box.refresh_from_db()
    assert state(message) == ("ended", "refused", f"rcpt {answer[:3]}")
    assert box.bounced_at == now


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("DATA", "554 no"), ("RCPT", "550 5.7.1 relaying denied"), ("RCPT", "554 5.7.1 blocked")],
)  # fmt: skip
def test_a_mail_refused_for_another_reason_gets_one_more_try(
    stage: str, answer: str, now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    """The address is fine as far as anyone knows: the mailbox stays open."""
    message = factories.message(mailbox=box, now=now)
    smtp.always(stage, answer)
    work(clock=at(now))
    assert state(message)[0] == "waiting"
    work(clock=at(message.not_before))
    box.refresh_from_db()
    assert state(message)[:2] == ("ended", "refused")
    assert box.bounced_at is None


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("MAIL", "550 5.7.1 account closed"), ("MAIL", "530 no"), ("RCPT", "530 who are you")],
)
def test_a_server_that_refuses_us_for_hours_ends_no_mail(
    stage: str, answer: str, now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    """An account at the mail provider that ran out: when it is paid, all mail leaves."""
    message = factories.message(mailbox=box, now=now)
    smtp.always(stage, answer)
    for hours in range(8):
        work(clock=at(now + hours * HOUR))
    assert state(message) == ("waiting", "", f"{stage.lower()} {answer[:3]}")

    smtp.recover()
    work(clock=at(now + 14 * HOUR))
    assert state(message)[0] == "sent"


def test_one_refused_mail_of_many_costs_the_others_nothing(
    now: dt.datetime, smtp: MailServer
) -> None:
    for _ in range(10):
        factories.message(mailbox=factories.mailbox(), now=now)
    smtp.answer("DATA", "250 OK", "250 OK", "552 too big")
    work(clock=at(now))
    assert len(smtp.mails) == 9


def test_a_server_that_closes_after_each_mail_still_gets_all(
    now: dt.datetime, smtp: MailServer
) -> None:
    for _ in range(4):
        factories.message(mailbox=factories.mailbox(), now=now)
    smtp.answer("MAIL", "250 OK", "421 enough", "250 OK", "421 enough", "250 OK", "250 OK")
    moment = now
    for _ in range(3):
        work(clock=at(moment))
        moment += 2 * MINUTE
    assert len({mail.to for mail in smtp.mails}) == len(smtp.mails) == 4


def test_without_a_server_all_wait_a_minute_and_no_try_is_counted(
    now: dt.datetime, box: Mailbox, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    message = factories.message(mailbox=box, now=now)
    work(clock=at(now))
    assert state(message) == ("waiting", "", "connect")
    assert (message.attempts, message.tried_at, message.not_before) == (0, now, now + MINUTE)


def test_a_server_away_for_a_day_ends_in_giving_up(
    now: dt.datetime, box: Mailbox, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    message = factories.message(mailbox=box, now=now, lives=dt.timedelta(days=9))
    work(clock=at(now))
    work(clock=at(now + dt.timedelta(hours=24)))
    assert state(message) == ("ended", "gave_up", "connect")


@pytest.mark.parametrize("stage", ["GREETING", "MAIL", "DATA", "DOT"])
def test_a_hanging_server_with_much_waiting_costs_each_call_one_wait(
    stage: str, now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_TO_CONNECT", "BEFORE_DOT", "AFTER_DOT"):
        monkeypatch.setattr(post, name, 0.2)
    box = factories.mailbox()
    for _ in range(250):
        factories.message(mailbox=box, now=now)

    with SlowServer(stage) as server:
        settings.SMTP_URL = server.url
        work(clock=at(now))

    still_due = Message.objects.filter(state="waiting", not_before__lte=now).count()
    assert server.connections == 1
    assert still_due == 150
    assert not Message.objects.filter(state__in=["claimed", "sent", "ended"]).exists()


def test_a_line_cut_after_the_dot_waits_ten_minutes_in_doubt(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    message = factories.message(mailbox=box, now=now)
    smtp.drop("DATA")
    work(clock=at(now))
    assert state(message) == ("doubt", "", "dot")
    assert (message.doubts, message.not_before) == (1, now + 10 * MINUTE)
    work(clock=at(now + 9 * MINUTE))
    assert len(smtp.mails) == 1


def test_one_that_cannot_be_written_costs_its_neighbours_nothing_and_ends_after_five_starts(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(5)
    ]
    poison = messages[2]
    odd.poison = {poison.pk}

    work(clock=at(now))
    assert len(smtp.mails) == 4

    moment, starts = now, 0
    while state(poison)[0] == "waiting":
        starts = poison.falls
        moment += 20 * MINUTE
        work(clock=at(moment))
    assert state(poison) == ("ended", "poison", "RecursionError")
    assert (starts, poison.falls, poison.attempts) == (4, 5, 0)
    assert len(smtp.mails) == 4


def test_one_that_cannot_be_asked_about_costs_its_neighbours_nothing(
    now: dt.datetime, smtp: MailServer
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="crowd") for _ in range(4)
    ]
    bad = messages[1].pk

    def may_all_leave(asked: Sequence[Message], now: dt.datetime) -> dict[int, Verdict]:
        return {one.pk: Wait(next(iter([]))) if one.pk == bad else Go() for one in asked}

    kinds.register(Kind("crowd", written, may_all_leave=may_all_leave))
    try:
        work(clock=at(now))
    finally:
        del kinds.known()["crowd"]

    assert len(smtp.mails) == 3
    assert state(messages[1]) == ("waiting", "", "StopIteration")


@pytest.mark.postgresql  # SQLite ends no question
def test_one_whose_question_never_ends_costs_its_neighbours_nothing_and_is_given_up_after_a_day(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(5)
    ]
    slow = messages[2]
    odd.endless = {slow.pk}

    for hours in range(0, 30, 5):
        assert state(slow)[0] == "waiting"
        work(clock=at(now + hours * HOUR))
        assert len(smtp.mails) == 4
    assert state(slow) == ("ended", "gave_up", "slow")


@pytest.mark.postgresql  # SQLite ends no question
def test_a_database_that_is_slow_for_half_an_hour_ends_no_mail(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(3)
    ]
    odd.endless = {message.pk for message in messages}
    for minutes in range(0, 35, 5):
        work(clock=at(now + minutes * MINUTE))
    assert [state(message)[0] for message in messages] == ["waiting"] * 3

    odd.endless.clear()
    work(clock=at(now + 2 * HOUR))
    assert len(smtp.mails) == 3


def test_where_writing_takes_long_the_rest_goes_back_untouched(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    """Nobody may be taken for a suspect because the lease or the task ended meanwhile."""
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(9)
    ]
    odd.poison = {messages[0].pk}
    seconds = [0.0]
    odd.during = lambda: seconds.__setitem__(0, seconds[0] + 29)
    work(clock=at(now), steady=lambda: seconds[0])
    assert [state(message)[0] for message in messages] == ["waiting"] * 9
    assert [message.falls for message in messages] == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert seconds[0] < claims.LEASE.total_seconds() / 2


def test_a_kind_that_takes_long_to_write_leaves_the_next_one_for_later(
    now: dt.datetime, smtp: MailServer, odd: Odd
) -> None:
    seconds = [0.0]

    def long(messages: Sequence[Message]) -> dict[int, Mail]:
        seconds[0] = 150.0
        return written(messages)

    kinds.register(Kind("an early one", long))
    for kind in ("an early one", "odd"):
        factories.message(mailbox=factories.mailbox(), now=now, kind=kind)
    try:
        work(clock=at(now), steady=lambda: seconds[0])
    finally:
        del kinds.known()["an early one"]
    assert odd.rendered == []
    assert set(Message.objects.values_list("state", "falls")) == {("waiting", 0)}


def test_a_suspect_travels_alone(now: dt.datetime, smtp: MailServer, odd: Odd) -> None:
    messages = [
        factories.message(mailbox=factories.mailbox(), now=now, kind="odd") for _ in range(4)
    ]
    suspect = messages[0]
    Message.objects.filter(pk=suspect.pk).update(falls=1)
    work(clock=at(now))
    assert odd.rendered == [[m.pk for m in messages[1:]], [suspect.pk]]
    assert len(smtp.mails) == 4


def test_nothing_is_handed_over_when_the_lease_is_nearly_over(
    now: dt.datetime, smtp: MailServer, box: Mailbox, odd: Odd
) -> None:
    """A machine that slept while it wrote the mail: by now the row may be somebody else's."""
    seconds = [0.0]
    odd.during = lambda: seconds.__setitem__(0, 150.0)
    message = factories.message(mailbox=box, now=now, kind="odd")

    work(clock=at(now), steady=lambda: seconds[0])

    assert smtp.mails == []
    assert state(message) == ("waiting", "", "")


def test_nothing_is_sent_when_the_journal_cannot_be_written(
    now: dt.datetime, smtp: MailServer, box: Mailbox, tmp_path: Any, settings: Any
) -> None:
    settings.VAR_DIR = tmp_path / "a file"
    settings.VAR_DIR.write_text("in the way")
    message = factories.message(mailbox=box, now=now)
    with pytest.raises(OSError):
        work(clock=at(now))
    assert smtp.mails == []
    assert state(message)[0] == "waiting"


def test_a_mail_server_that_cannot_be_read_leaves_no_journal_open(settings: Any) -> None:
    """Four times a minute, each of them would hold a file until the process has no more."""
    settings.SMTP_URL = "mail.example.org"
    with pytest.raises(ImproperlyConfigured):
        work()
    assert not list(journal.folder().glob("*"))


def test_no_journal_is_left_when_all_is_settled(
    now: dt.datetime, smtp: MailServer, box: Mailbox
) -> None:
    factories.message(mailbox=box, now=now)
    work(clock=at(now))
    assert list(journal.folder().iterdir()) == []
