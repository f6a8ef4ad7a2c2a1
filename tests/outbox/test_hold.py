"""After a restore nothing leaves until the operator says how to go on; codes for signing in do."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from outbox import kinds
from outbox.kinds import Kind
from outbox.mail import Mail, from_body
from outbox.models import Hold, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def before() -> dt.datetime:
    """Real time: the command that skips looks at the clock."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _note_kind() -> None:
    kinds.register(Kind("note", lambda messages: {one.pk: from_body(one.body) for one in messages}))


def a_note(now: dt.datetime) -> Message:
    mail = Mail(subject="A note", text="from yesterday\n")
    return factories.message(now=now, mailbox=factories.mailbox(), mail=mail, kind="note")


def test_a_restored_backup_sends_nothing_by_itself(
    tmp_path, smtp: MailServer, before: dt.datetime
) -> None:
    a_note(before)
    call_command("backup", "--to", str(tmp_path), stdout=StringIO())
    (data,) = tmp_path.glob("*.data")
    work()
    assert len(smtp.mails) == 1

    call_command("restore", str(data), stdout=StringIO())
    work()

    assert len(smtp.mails) == 1, "the same mail does not leave again"
    assert Message.objects.get().state == "waiting"


def test_a_sign_in_code_leaves_while_sending_is_held(smtp: MailServer, before: dt.datetime) -> None:
    Hold.objects.begin("restored", now=before)
    a_note(before)
    factories.message(now=before, mailbox=factories.mailbox(), kind="account")

    work()

    assert Message.objects.get(kind="account").state == "sent"
    assert len(smtp.mails) == 1


@pytest.mark.parametrize(("said", "state", "mails"), [("resume", "sent", 1), ("skip", "ended", 0)])
def test_the_operator_says_how_to_go_on(
    smtp: MailServer, before: dt.datetime, said: str, state: str, mails: int
) -> None:
    Hold.objects.begin("restored", now=before)
    a_note(before)

    call_command("sending", said, stdout=StringIO())
    work()

    assert Message.objects.get().state == state
    assert len(smtp.mails) == mails
    assert not Hold.objects.is_on()


@pytest.mark.parametrize(("notes", "said"), [(1, "1 mail waits."), (2, "2 mails wait.")])
def test_the_status_says_whether_it_is_held_and_what_waits(
    before: dt.datetime, notes: int, said: str
) -> None:
    for _ in range(notes):
        a_note(before)
    Hold.objects.begin("restored", now=before)
    out = StringIO()

    call_command("sending", "status", stdout=out)

    assert "SENDING IS HELD since" in out.getvalue()
    assert said in out.getvalue()
