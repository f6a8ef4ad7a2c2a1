"""Mail that comes back stops its address once, whatever is told how often and in which order."""

import base64
import datetime as dt
import itertools
from typing import Any

import pytest

from outbox import inbound, returns
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer
from tests.outbox import returned

pytestmark = pytest.mark.django_db
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _way_back(settings: Any) -> None:
    settings.BOUNCE_DOMAIN = "back.example.org"


@pytest.fixture
def mail(now: dt.datetime) -> Message:
    """A mail that a server took a moment ago."""
    return sent(factories.mailbox(address="anna@example.org", now=now - DAY), now=now)


def sent(box: Mailbox, *, now: dt.datetime) -> Message:
    message = factories.message(mailbox=box, now=now)
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=now, body=None)
    message.refresh_from_db()
    return message


def box_of(message: Message) -> Mailbox:
    return Mailbox.objects.get(pk=message.mailbox_id)


def test_each_mail_leaves_with_a_return_path_of_its_own(now: dt.datetime, smtp: MailServer) -> None:
    box = factories.mailbox(address="anna@example.org")
    messages = [factories.message(mailbox=box, now=now) for _ in range(2)]

    work(clock=lambda: now)

    senders = {mail.sender for mail in smtp.mails}
    assert senders == {returns.path(message) for message in messages}
    assert all(sender.endswith("@back.example.org") for sender in senders)
    assert all(len(sender.partition("@")[0]) <= 64 for sender in senders)


def test_without_a_domain_mails_leave_as_before(
    now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    settings.BOUNCE_DOMAIN = ""
    factories.message(mailbox=factories.mailbox(), now=now)
    work(clock=lambda: now)
    assert [mail.sender for mail in smtp.mails] == [settings.MAIL_FROM]


def test_the_token_finds_its_mail_in_any_spelling(mail: Message) -> None:
    path = returns.path(mail)
    assert returns.named(path) == mail
    assert returns.named(path.upper()) == mail


def test_the_token_finds_its_mail_after_the_key_was_rotated(mail: Message, settings: Any) -> None:
    path = returns.path(mail)
    settings.LINK_KEYS += ",2:" + "B" * 43 + "="
    assert returns.named(path) == mail


def test_a_mail_full_of_invented_tokens_costs_a_few_questions(
    mail: Message, django_assert_max_num_queries: Any
) -> None:
    invented = " ".join(f"b-{returns._letters(number.to_bytes(23))}" for number in range(3000))
    with django_assert_max_num_queries(10):
        assert returns.named(invented) is None
    assert returns.named(f"{returns.path(mail)} {invented}") == mail


def test_a_token_changed_anywhere_finds_nothing(mail: Message) -> None:
    token = returns.token(mail)
    for place in range(len(token)):
        other = "a" if token[place] != "a" else "b"
        changed = token[:place] + other + token[place + 1 :]
        # The last letter carries bits that stand for nothing.
        assert returns.of_token(changed) is None or place == len(token) - 1


def test_a_mail_that_took_the_number_of_another_after_a_restore_is_not_meant(
    mail: Message, now: dt.datetime
) -> None:
    path = returns.path(mail)
    Message.objects.filter(pk=mail.pk).update(dedupe_key="test:after-the-restore")
    inbound.receive(returned.report(path), now=now)
    assert box_of(mail).bounced_at is None


@pytest.mark.parametrize("make", [returned.report, returned.by_exim, returned.by_qmail])
def test_nobody_there_stops_the_address(make: Any, mail: Message, now: dt.datetime) -> None:
    assert inbound.receive(make(returns.path(mail)), now=now) == "gone"
    assert box_of(mail).bounced_at == now


@pytest.mark.parametrize(
    ("status", "diagnosis"),
    [
        ("5.1.1", "550 5.1.1 user unknown"),
        ("5.0.0", "550 5.1.1 user unknown"),
        ("5.0.0", "550 no such user"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
        ("5.2.1", "550 5.2.1 account disabled"),
    ],
)
def test_every_way_to_say_that_nobody_is_there(
    status: str, diagnosis: str, mail: Message, now: dt.datetime
) -> None:
    report = returned.report(returns.path(mail), status=status, diagnosis=diagnosis)
    inbound.receive(report, now=now)
    assert box_of(mail).bounced_at == now


@pytest.mark.parametrize(
    ("status", "diagnosis"),
    [
        ("5.2.2", "552 5.2.2 mailbox full"),
        ("4.4.7", "451 4.4.7 delivery time expired"),
        ("5.7.1", "550 5.7.1 blocked by policy"),
        ("5.0.0", "554 message rejected"),
    ],
)
def test_other_trouble_stops_the_address_only_after_three_mails(
    status: str, diagnosis: str, now: dt.datetime
) -> None:
    box = factories.mailbox(now=now - DAY)
    for turn in range(3):
        assert Mailbox.objects.get().bounced_at is None
        message = sent(box, now=now + turn * DAY)
        report = returned.report(returns.path(message), status=status, diagnosis=diagnosis)
        for _ in range(5):
            inbound.receive(report, now=now + turn * DAY)
    assert Mailbox.objects.get().bounced_at == now + 2 * DAY


def test_one_mail_that_arrived_in_between_shows_that_the_address_is_right(now: dt.datetime) -> None:
    box = factories.mailbox(now=now - DAY)
    mails = [sent(box, now=now + turn * DAY) for turn in range(4)]
    for message in (mails[0], mails[1], mails[3]):
        inbound.receive(returned.report(returns.path(message), status="5.2.2"), now=now + 4 * DAY)
    assert Mailbox.objects.get().bounced_at is None


def test_the_same_events_in_every_order_and_five_times_over_have_one_effect(
    now: dt.datetime,
) -> None:
    for order in itertools.permutations(("delayed", "failed", "delivered")):
        message = sent(factories.mailbox(now=now - DAY), now=now)
        for action in order * 5:
            inbound.receive(returned.report(returns.path(message), action=action), now=now)
        box = box_of(message)
        message.refresh_from_db()
        assert (box.bounced_at, message.returned_at, message.state) == (now, now, "sent")


def test_a_late_second_telling_keeps_the_first_moment(mail: Message, now: dt.datetime) -> None:
    report = returned.report(returns.path(mail))
    inbound.receive(report, now=now)
    inbound.receive(report, now=now + DAY)
    assert box_of(mail).bounced_at == now


def test_a_bounce_from_before_the_address_was_given_anew_counts_no_more(
    mail: Message, now: dt.datetime
) -> None:
    report = returned.report(returns.path(mail))
    inbound.receive(report, now=now)
    Mailbox.objects.give("anna@example.org", key_id=mail.key_id, language="en", now=now + DAY)

    inbound.receive(report, now=now + 2 * DAY)

    assert box_of(mail).bounced_at is None


def test_a_bounce_of_a_mail_after_that_counts(mail: Message, now: dt.datetime) -> None:
    box = Mailbox.objects.give("anna@example.org", key_id=mail.key_id, language="en", now=now + DAY)
    inbound.receive(returned.report(returns.path(sent(box, now=now + DAY))), now=now + DAY)
    assert box_of(mail).bounced_at == now + DAY


@pytest.mark.parametrize("make", [returned.warning, returned.vacation])
def test_delays_and_holidays_change_nothing(make: Any, mail: Message, now: dt.datetime) -> None:
    inbound.receive(make(returns.path(mail)), now=now)
    mail.refresh_from_db()
    assert (mail.returned_at, box_of(mail).bounced_at) == (None, None)


def test_a_bounce_without_a_token_of_ours_does_nothing(mail: Message, now: dt.datetime) -> None:
    for to in ("hello@supportnet.localhost", f"b-{'a' * 37}@back.example.org"):
        report = returned.report(to, about="somebody@example.org")
        assert inbound.receive(report, now=now) == "ignored"
    assert box_of(mail).bounced_at is None


def test_a_report_that_came_another_way_is_known_by_the_mail_it_is_about(
    mail: Message, now: dt.datetime
) -> None:
    report = returned.report("hello@supportnet.localhost", about=returns.path(mail))
    inbound.receive(report, now=now)
    assert box_of(mail).bounced_at == now


def test_a_complaint_ends_routine_mail_and_lets_codes_through(
    mail: Message, now: dt.datetime, smtp: MailServer
) -> None:
    for _ in range(5):
        inbound.receive(returned.complaint(returns.path(mail)), now=now)
    box = box_of(mail)
    assert box.suppressed_at == now
    routine = factories.message(mailbox=box, kind="share", now=now)
    code = factories.message(mailbox=box, kind="account", now=now)

    work(clock=lambda: now)

    routine.refresh_from_db()
    code.refresh_from_db()
    assert (routine.reason, code.state) == ("dropped", "sent")


def test_a_bounce_reaches_nobody_elses_mailbox_of_the_same_address(
    mail: Message, now: dt.datetime
) -> None:
    other = factories.mailbox(address="anna@example.org", now=now - DAY)
    inbound.receive(returned.report(returns.path(mail)), now=now)
    other.refresh_from_db()
    assert other.bounced_at is None


def test_after_a_bounce_what_waits_stays_here(
    mail: Message, now: dt.datetime, smtp: MailServer
) -> None:
    waiting = factories.message(mailbox=mail.mailbox, now=now)
    inbound.receive(returned.report(returns.path(mail)), now=now)
    work(clock=lambda: now)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason, smtp.mails) == ("ended", "dropped", [])


def test_one_report_played_again_is_not_many_mails_that_came_back(now: dt.datetime) -> None:
    box = factories.mailbox(now=now - DAY)
    sent(box, now=now - HOUR)
    sent(box, now=now - 2 * HOUR)
    report = returned.report(returns.path(sent(box, now=now)), status="5.2.2")
    for turn in range(3):
        assert inbound.receive(report, now=now + turn * DAY) == "returned"
    assert Mailbox.objects.get().bounced_at is None


def test_the_token_of_a_mail_that_is_forgotten_does_nothing(
    mail: Message, now: dt.datetime
) -> None:
    report = returned.report(returns.path(mail))
    Message.objects.all().delete()
    for _ in range(3):
        assert inbound.receive(report, now=now + 400 * DAY) == "ignored"
    assert Mailbox.objects.get().bounced_at is None


def test_a_token_of_a_key_that_was_taken_away_does_nothing(
    mail: Message, now: dt.datetime, settings: Any
) -> None:
    report = returned.report(returns.path(mail))
    settings.LINK_KEYS = f"9:{base64.b64encode(b'n' * 32).decode()}"
    assert inbound.receive(report, now=now) == "ignored"
    assert box_of(mail).bounced_at is None
