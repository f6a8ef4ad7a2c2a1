"""The doctor says what is well and what is wrong, what to do, and shows nobody's words or keys."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from library.models import OwnLine
from outbox.models import Hold, Message, Pulse
from tests import factories
from tests.mail_server import MailServer
from vault.models import Key

pytestmark = pytest.mark.django_db
BEN = "ben.the.member@example.org"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _well(smtp: MailServer, settings: Any, tmp_path: Path) -> None:
    settings.OPERATOR_SMTP_URL = smtp.url
    settings.OPERATOR_EMAIL = "operator@example.org"
    settings.DANGER_DECIDED_BY = "The board"
    (tmp_path / "supportnet-20261126T080000Z.data").touch()
    for name in ("heartbeat", "deliver"):
        Pulse.objects.note(name, now=timezone.now())


@pytest.fixture
def doctor(tmp_path: Path, capsys: Any) -> Callable[[], tuple[int, str]]:
    """Ask the doctor: how it ended, and what it said."""

    def ask() -> tuple[int, str]:
        code = 0
        try:
            call_command("doctor", backups=tmp_path)
        except SystemExit as end:
            code = int(str(end.code))
        return code, capsys.readouterr().out

    return ask


def test_where_all_is_well_it_says_so_and_ends_well(doctor, smtp):
    code, said = doctor()

    assert code == 0
    assert "Nothing is wrong." in said
    assert "wrong  " not in said
    for part in ("three key rings", "lets us in", "newest backup", "migrations", "clocks", "Beat"):
        assert f"{part}" in said
    assert smtp.mails == []


def _old_line() -> None:
    OwnLine.objects.create(
        country="DE",
        name="Old",
        phone="1",
        tel="1",
        source="A call",
        checked_on=dt.date(2020, 1, 1),
    )


def _shut_keys() -> None:
    Key.objects.make()
    Key.objects.update(ring=77)


def _stuck() -> None:
    then = timezone.now() - 60 * MINUTE
    factories.message(mailbox=factories.mailbox(address=BEN), now=then)


def _undecided() -> None:
    _stuck()
    Message.objects.update(state="held")


def _hold() -> None:
    Hold.objects.begin("restored", now=timezone.now())


TROUBLES: dict[str, tuple[int, str, Callable[[], Any]]] = {
    "hold": (0, "manage.py sending resume", _hold),
    "stuck": (1, "waited too long: 1", _stuck),
    "held": (0, "wait for you: 1", _undecided),
    "beat": (1, "beat is not heard", lambda: Pulse.objects.filter(name="heartbeat").delete()),
    "worker": (1, "No worker is heard", lambda: Pulse.objects.all().delete()),
    "keys": (1, "Put the earlier keys back", _shut_keys),
    "lines": (0, "no longer shown: 1", _old_line),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_named_with_what_to_do(doctor, name):
    code, advice, happens = TROUBLES[name]
    happens()

    ended, said = doctor()

    assert ended == code
    assert advice in said
    assert BEN not in said


def test_a_mail_server_that_is_gone_is_wrong_and_its_password_stays_hidden(doctor, settings):
    settings.SMTP_URL = "smtp://mara:hunter2@127.0.0.1:9"

    code, said = doctor()

    assert code == 1
    assert "does not let us in" in said
    assert "hunter2" not in said
    assert "mara" not in said


def test_one_key_for_two_purposes_is_wrong(doctor, settings):
    settings.LINK_KEYS = settings.VAULT_HASH_KEYS

    assert "One key stands twice." in doctor()[1]


def test_backups_that_are_missing_stale_or_too_old_are_looked_at(doctor, tmp_path):
    (backup,) = tmp_path.glob("*.data")
    os.utime(backup, (0, (timezone.now() - dt.timedelta(days=40)).timestamp()))
    _code, stale = doctor()
    backup.unlink()
    _code, missing = doctor()

    assert "The newest backup is 960 hours old." in stale
    assert "older than 30 days" in stale
    assert "There is no backup where I look." in missing


def test_in_production_the_records_of_the_sender_are_looked_up(
    doctor, settings, tmp_path, monkeypatch
):
    """A name server of our own making: a program called dig that knows one record."""
    dig = tmp_path / "dig"
    dig.write_text('#!/bin/sh\n[ "$5" = example.org ] && echo \'"v=spf1 mx -all"\'\nexit 0\n')
    dig.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    settings.LOCAL, settings.MAIL_FROM = False, "hello@example.org"

    _code, said = doctor()

    assert "example.org has an SPF record." in said
    assert "_dmarc.example.org has no DMARC record." in said
    assert "hello@" not in said
    assert "dkim=pass" in said


@pytest.mark.parametrize(
    ("moderators", "alone", "says"),
    [
        (0, False, "look   Nobody has the role of a moderator: reports wait unread."),
        (1, False, "look   One person moderates, so nobody can look again at what they decide."),
        (1, True, "ok     Somebody moderates, and may look again at a decision."),
        (2, False, "ok     Somebody moderates, and may look again at a decision."),
    ],
)
def test_it_says_when_nobody_could_read_a_report_or_an_answer_to_a_decision(
    doctor: Any, settings: Any, moderators: int, alone: bool, says: str
) -> None:
    settings.ONE_MODERATOR = alone
    for _number in range(moderators):
        factories.moderator()
    factories.staff("operator")

    assert says in doctor()[1]
