"""Looks over an installation: what is well, what to look at, what is wrong, and what to do.

It prints no secrets, no addresses and nobody's words, so that its lines can be shown to a helper.
"""

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import KombuError

from accounts.models import Person
from library import helplines
from library.models import OwnLine
from moderation import roles
from outbox import smtp
from outbox.claims import database_clock
from outbox.models import Hold, Message, Pulse
from supportnet.celery import app
from vault import ring
from vault.models import Key

OK, LOOK, WRONG = "ok", "look", "wrong"

_APART = dt.timedelta(seconds=5)
_QUIET = dt.timedelta(minutes=5)
_BACKUP_FRESH, _BACKUP_OLD = dt.timedelta(hours=36), dt.timedelta(days=30)
_NEAR = {"", "localhost", "127.0.0.1", "::1"}
_SHORT_SECRET = 40


@dataclass(frozen=True)
class Finding:
    """One line of the look-over; ``advice`` is what to do about it."""

    level: str
    what: str
    advice: str = ""


Findings = Iterator[Finding]
Clock = Callable[[], dt.datetime]


def look_over(backups: Path, clock: Clock) -> Findings:
    """Every part in turn. Without a database the parts that live in it are left out.

    It takes a clock, not a moment: a mail server that is gone keeps it waiting in between.
    """
    yield from _settings()
    yield from _keys()
    yield from _mail_servers()
    yield from _sender_domain()
    yield from _broker()
    yield from _backups(backups, clock())
    try:
        yield from _database(clock)
    except DatabaseError:
        yield Finding(WRONG, "The database cannot be asked.", "Look at DATABASE_URL, run migrate.")


def _settings() -> Findings:
    found = [message for message in checks.run_checks() if not message.is_silenced()]
    for message in found:
        level = WRONG if message.is_serious() else LOOK
        yield Finding(level, f"{message.id}: {message.msg}", message.hint or "")
    if not found:
        yield Finding(OK, "Django's checks and our own find nothing.")
    if settings.DANGER_DECIDED_BY.strip():
        yield Finding(OK, "The page on moderation names who decides in danger.")
    else:
        yield Finding(LOOK, "The page on moderation is not whole.", "Set DANGER_DECIDED_BY.")
    if settings.OPERATOR_EMAIL:
        yield Finding(OK, "Somebody hears when mail is stuck.")
    else:
        yield Finding(LOOK, "Nobody hears when mail is stuck.", "Set OPERATOR_EMAIL.")
    if not settings.LOCAL and not settings.TRUSTED_PROXIES:
        yield Finding(
            LOOK,
            "No reverse proxy is trusted: behind one, all readers share one limit.",
            "Set TRUSTED_PROXIES to the number of proxies in front.",
        )
    if len(settings.SECRET_KEY) < _SHORT_SECRET:
        yield Finding(WRONG, "SECRET_KEY is short.", "Make one: openssl rand -base64 32")


def _keys() -> Findings:
    rings = ("VAULT_KEYS", "VAULT_HASH_KEYS", "LINK_KEYS")
    seen = [key for name in rings for key in ring.parse(getattr(settings, name)).values()]
    if len(set(seen)) < len(seen):
        yield Finding(WRONG, "One key stands twice.", "Give each ring and number its own key.")
    else:
        yield Finding(OK, "The three key rings can be read, and no key stands twice.")


def _mail_servers() -> Findings:
    named = {"SMTP_URL": settings.SMTP_URL, "OPERATOR_SMTP_URL": settings.OPERATOR_SMTP_URL}
    if settings.OPERATOR_SMTP_URL == settings.SMTP_URL:
        del named["OPERATOR_SMTP_URL"]
    for name, url in named.items():
        yield _reached(name, smtp.relay(url))


def _reached(name: str, relay: smtp.Relay) -> Finding:
    line = smtp.Connection(relay, smtp.own_name())
    try:
        line.open()
    except smtp.Trouble as trouble:
        advice = "Look at host, port, name and password, and whether its certificate is good."
        return Finding(WRONG, f"The mail server of {name} does not let us in: {trouble}.", advice)
    finally:
        line.close()
    if relay.tls == "smtp" and relay.host not in _NEAR:
        advice = f"Write {name} as smtp+tls:// or smtps://."
        return Finding(LOOK, f"The mail server of {name} is reached without TLS.", advice)
    return Finding(OK, f"The mail server of {name} lets us in. No mail was sent.")


def _sender_domain() -> Findings:
    domain = settings.MAIL_FROM.rpartition("@")[2]
    if settings.LOCAL:
        return
    dig = shutil.which("dig")
    if dig is None:
        yield Finding(
            LOOK,
            "SPF and DMARC were not looked at: there is no dig here.",
            f"The TXT record of {domain} begins v=spf1 and allows your mail server;"
            f" that of _dmarc.{domain} begins v=DMARC1.",
        )
    else:
        for name, there, begins in (
            ("SPF", domain, "v=spf1"),
            ("DMARC", f"_dmarc.{domain}", "v=DMARC1"),
        ):
            yield _record(dig, name, there, begins)
    yield Finding(
        LOOK,
        "DKIM cannot be seen from here.",
        "Send a test mail to yourself and look for dkim=pass in its headers.",
    )


def _record(dig: str, name: str, there: str, begins: str) -> Finding:
    command = [dig, "+short", "+time=2", "+tries=1", "TXT", there]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return Finding(LOOK, f"{name} was not looked at: no name server answers.")
    if any(line.strip('"').startswith(begins) for line in done.stdout.splitlines()):
        return Finding(OK, f"{there} has an {name} record.")
    advice = f"Ask your mail provider for it; it begins {begins}. Without it mail lands in spam."
    return Finding(LOOK, f"{there} has no {name} record.", advice)


def _broker() -> Findings:
    if not settings.REDIS_URL:
        yield Finding(LOOK, "No broker is set.", "Workers look by themselves; REDIS_URL is faster.")
        return
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=5)
    except (OSError, KombuError):
        advice = "Look whether Redis runs. Mail still leaves, up to a minute late."
        yield Finding(WRONG, "The broker does not answer.", advice)
    else:
        yield Finding(OK, "The broker answers.")


def _backups(folder: Path, now: dt.datetime) -> Findings:
    made = sorted(path.stat().st_mtime for path in folder.glob("supportnet-*.data"))
    if not made:
        advice = "Run manage.py backup each night, or say --backups FOLDER."
        yield Finding(LOOK, "There is no backup where I look.", advice)
        return
    ages = [now - dt.datetime.fromtimestamp(moment, dt.UTC) for moment in made]
    hours = int(ages[-1].total_seconds() // 3600)
    if ages[-1] > _BACKUP_FRESH:
        yield Finding(LOOK, f"The newest backup is {hours} hours old.", "Make one each night.")
    else:
        yield Finding(OK, f"The newest backup is {hours} hours old.")
    if ages[0] > _BACKUP_OLD:
        advice = "Throw away data files older than 30 days: erased accounts promise it."
        yield Finding(LOOK, "A backup is older than 30 days.", advice)


def _database(clock: Clock) -> Findings:
    missing = MigrationExecutor(connection)
    if missing.migration_plan(missing.loader.graph.leaf_nodes()):
        yield Finding(WRONG, "The database lacks migrations.", "Run manage.py migrate.")
        return
    yield Finding(OK, "The database answers and has all migrations.")
    parts: tuple[Callable[[dt.datetime], Findings], ...] = (
        _encryption, _clocks, _sealing, _life, _waiting, _moderators, _lines,
    )  # fmt: skip
    for part in parts:
        yield from part(clock())


def _encryption(now: dt.datetime) -> Findings:
    host = str(connection.settings_dict.get("HOST") or "")
    if connection.vendor != "postgresql" or host in _NEAR or host.startswith("/"):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        row = cursor.fetchone()
    if row and row[0]:
        yield Finding(OK, "The way to the database is encrypted.")
    else:
        advice = "On a network of others, end DATABASE_URL with ?sslmode=verify-full."
        yield Finding(LOOK, "The way to the database is not encrypted.", advice)


def _clocks(now: dt.datetime) -> Findings:
    apart = abs(database_clock() - now)
    if apart > _APART:
        what = f"The clocks of this host and the database are {apart.total_seconds():.0f} s apart."
        yield Finding(WRONG, what, "Let both follow a time server (chrony, systemd-timesyncd).")
    else:
        yield Finding(OK, "The clocks of this host and the database agree.")


def _sealing(now: dt.datetime) -> Findings:
    unknown = Key.objects.exclude(ring__in=ring.master()).count()
    shut = max(unknown, int(not Key.objects.fits()))
    if shut:
        what = f"VAULT_KEYS does not open what stands in the database. Keys shut: {shut}."
        yield Finding(WRONG, what, "Put the earlier keys back: docs/backup.md, “Lost keys”.")
    else:
        yield Finding(OK, "VAULT_KEYS opens what stands in the database.")


def _life(now: dt.datetime) -> Findings:
    if not Pulse.objects.silent("heartbeat", longer_than=_QUIET, now=now):
        yield Finding(OK, "Beat, broker and worker were heard within five minutes.")
    elif not Pulse.objects.silent("deliver", longer_than=_QUIET, now=now):
        advice = "Start beat, and look whether Redis runs. Mail leaves meanwhile."
        yield Finding(WRONG, "A worker lives, but beat is not heard.", advice)
    else:
        yield Finding(WRONG, "No worker is heard: nothing leaves.", "Start a worker and beat.")


def _waiting(now: dt.datetime) -> Findings:
    if Hold.objects.is_on():
        advice = "Look around, then say manage.py sending resume or skip."
        yield Finding(LOOK, "Sending is held.", advice)
    elif count := Message.objects.stuck(now).count():
        advice = "Look at the mail server, and whether all workers are of one version."
        yield Finding(WRONG, f"Letters that have waited too long: {count}.", advice)
    else:
        yield Finding(OK, "No letter has waited too long.")
    if undecided := Message.objects.filter(state=Message.State.HELD).count():
        yield Finding(LOOK, f"Letters that wait for you: {undecided}.", "They are in the office.")


def _moderators(_now: dt.datetime) -> Findings:
    there = Person.objects.filter(is_active=True, is_staff=True, groups__name=roles.MODERATOR)
    enough = 1 if settings.ONE_MODERATOR else 2
    if (count := there.count()) >= enough:
        yield Finding(OK, "Somebody moderates, and may look again at a decision.")
    elif count:
        what = "One person moderates, so nobody can look again at what they decide."
        yield Finding(LOOK, what, "Give a second person the role, or set ONE_MODERATOR=1.")
    else:
        what = "Nobody has the role of a moderator: reports wait unread."
        yield Finding(LOOK, what, "Run manage.py roles ADDRESS moderator: docs/moderation.md.")


def _lines(now: dt.datetime) -> Findings:
    dates = [line.checked_on for one in helplines.countries() for line in one.lines]
    dates += OwnLine.objects.filter(hidden_id="").values_list("checked_on", flat=True)
    old = sum(not helplines.is_current(date, now.date()) for date in dates)
    if old:
        what = f"Helplines nobody checked for a year, which are no longer shown: {old}."
        yield Finding(LOOK, what, "Check them, or take a newer version: docs/helplines.md.")
    else:
        yield Finding(OK, "All helplines were checked within a year.")
