"""What the sending loop does with what waits, against a real mail server."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from outbox import claims, journal
from outbox.kinds import Drop, Go, Wait
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox.turns import Odd, at, state

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


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
