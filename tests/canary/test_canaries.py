"""Words of people stand nowhere in clear: not in tables, logs, sessions, Redis or the log ahead.

The list of columns comes from the models themselves: a text column that is neither planted nor
named here turns the test red.
"""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import redis
from django.apps import apps
from django.conf import settings
from django.db import models

from tests.servers import start_valkey
from vault.fields import SealedField

# What the walk leaves in each sealed column, as it stands there when opened.
CANARIES = {
    "accounts.Once.answer": "canary-program",
    "accounts.Person.own_subject": "canary-subject",
    "accounts.Session.data": "canary-kept",
    "accounts.Token.name": "canary-tool",
    "checkins.Answer.chosen": "{",
    "checkins.Answer.note": "canary-note",
    "checkins.Answer.went_well": "canary-well",
    "checkins.Answer.word": "up_and_down",
    "checkins.Answer.would_help": "just_listen",
    "checkins.Reply.gesture": "canary-gesture",
    "checkins.Reply.kinds": "informational",
    "checkins.Reply.words": "canary-reply",
    "circles.Circle.asked": "[",
    "circles.Circle.gestures": "canary-gesture",
    "circles.Circle.helps_me": "canary-helps",
    "circles.Invitation.words": "canary-invitation",
    "circles.Member.answers_when": "canary-when",
    "circles.Member.away_words": "canary-away",
    "circles.Member.first_word": "canary-first",
    "circles.Member.label": "canary-label",
    "circles.Member.name": "canary-name",
    "moderation.Appeal.answer": "canary-again",
    "moderation.Appeal.signed": "canary-second",
    "moderation.Appeal.words": "canary-appeal",
    "moderation.Decision.answer": "canary-outcome",
    "moderation.Decision.facts": "canary-facts",
    "moderation.Decision.signed": "canary-signed",
    "moderation.Opening.reason": "canary-opened",
    "moderation.Report.copied": "canary-note",
    "moderation.Report.words": "canary-report",
    "outbox.Mailbox.address": "canary-member@example.org",
    "outbox.Message.body": "canary-program",
}
# Clear by design, and the docs say so: they prove that the search finds what is there.
CLEAR = {
    "accounts.Person.email": "canary-person@example.org",
    "accounts.Person.display_name": "Canary-display",
    "account.EmailAddress.email": "canary-person@example.org",
}
# Never a person's words: choices, codes, zones, hashes, names of our own.
NOT_WORDS = re.compile(
    r"(?:\w+\.)+(?:kind|lane|state|reason|setback|claim_owner|why_code|dedupe_key|message_key|mail_key|way|said|"
    r"level|hard_day_rule|old_letters|country|zone|parked_why|language|reply_mail|text_version|key_hash|"
    r"address_hash|about|name|type|codename|app_label|model|wrapped|password|hidden_id|phone|tel|"
    r"why|hours|source|action|rule|by|line_id|category|topics|row_hash|last_hash|previous_hash|"
    r"digest|sent_hash|token_key|scope|object_id|object_repr|change_message|key|data|status|what)"
)
# Named exceptions to the pattern above: these columns of that name do hold words.
WORDS_AFTER_ALL = {"circles.Member.name"}
# Their seals are taken away in one walk; each has to be noticed by its own word.
UNSEALED = ["checkins.Answer.note", "circles.Member.label"]
# Sealed, but too short or too common to be searched for in clear.
NOT_SEARCHED = {"{", "[", "informational"}


def columns() -> list[tuple[str, bool]]:
    """Every column that can hold text, and whether it is sealed."""
    texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    return [
        (f"{model._meta.label}.{field.name}", isinstance(field, SealedField))
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, texts) and not isinstance(field, models.UUIDField)
    ]


def test_every_text_column_is_sealed_and_planted_or_named_as_clear() -> None:
    unknown = []
    for name, sealed in columns():
        known = name in CANARIES if sealed else name in CLEAR or NOT_WORDS.fullmatch(name)
        if not known or (name in WORDS_AFTER_ALL and not sealed):
            unknown.append(name)

    assert unknown == []


def test_no_sealed_word_stands_anywhere_in_clear(tmp_path: Path) -> None:
    # One test, for the walk is dear: workers of pytest would each walk it for their part.
    places = _walk(tmp_path, "whole")
    planted = json.loads((tmp_path / "whole" / "planted.json").read_text())
    calendar = planted.pop("calendar")

    assert [name for name, canary in CANARIES.items() if canary not in planted[name]] == []
    the_search_finds_what_stands_in_clear(places)
    assert found_in(places, set(CANARIES.values()) - NOT_SEARCHED) == {}
    no_log_and_no_broker_holds_even_what_is_clear_in_the_database(places)
    assert found_in(places, [calendar]) == {}, "the address of a calendar"


def the_search_finds_what_stands_in_clear(places: dict[str, bytes]) -> None:
    for canary in CLEAR.values():
        assert any("supportnet" in place or "base" in place for place in found_in(places, [canary]))


def no_log_and_no_broker_holds_even_what_is_clear_in_the_database(
    places: dict[str, bytes],
) -> None:
    outside = {name: text for name, text in places.items() if name in {"output", "redis"}}

    assert b'"route": "today"' in outside["output"], "each request is logged"
    assert found_in(outside, CLEAR.values()) == {}


def test_taking_one_seal_away_is_noticed(tmp_path: Path) -> None:
    places = _walk(tmp_path, "unsealed", *UNSEALED)

    for column in UNSEALED:
        assert found_in(places, [CANARIES[column].replace("canary-", "broken-")]), column


def found_in(places: dict[str, bytes], canaries: object) -> dict[str, list[str]]:
    """Which canaries stand in which place: as they are, in base64, or in hex."""
    found: dict[str, list[str]] = {}
    for place, text in places.items():
        lower = text.lower()
        for canary in canaries:  # type: ignore[attr-defined]
            if any(form in lower for form in _forms(canary)) or any(
                form in text for form in _base64_forms(canary)
            ):
                found.setdefault(place, []).append(canary)
    return found


def _forms(canary: str) -> list[bytes]:
    plain = canary.lower().encode()
    return [plain, canary.encode().hex().encode(), plain.replace(b"@", b"%40")]


def _base64_forms(canary: str) -> list[bytes]:
    # Wherever it begins in a longer text, one of three alignments shows its inner letters.
    forms = []
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + canary.encode())
        forms.append(coded[4 if shift else 0 : -4])
    return forms


def _walk(folder: Path, name: str, *broken: str) -> dict[str, bytes]:
    target, var = folder / name, folder / f"{name}-var"
    target.mkdir()
    begun = target.stat().st_mtime_ns
    var.mkdir()
    environment = os.environ | {
        "SUPPORTNET_VAR": str(var),
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
    }
    environment["REDIS_URL"] = start_valkey(target)
    database = _database(name)
    if database:
        environment["DATABASE_URL"] = database
    done = subprocess.run(
        [sys.executable, "-m", "tests.canary.journey", str(target), *broken],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    places = {"output": done.stdout + done.stderr, "redis": _all_of(environment["REDIS_URL"])}
    for file in (target / "var").rglob("*"):
        if file.is_file() and file.name != "secrets.env":
            places[str(file.relative_to(target))] = file.read_bytes()
    return places | (_pages_of(database, begun) if database else {})


def _database(name: str) -> str:
    """A fresh database beside the tests' own, when they run on PostgreSQL."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return ""
    fresh = "canary_" + re.sub(r"\W", "_", name.lower()) + f"_{os.getpid()}"
    url = urlsplit(os.environ["DATABASE_URL"])
    server = psycopg2.connect(os.environ["DATABASE_URL"])
    server.autocommit = True
    server.cursor().execute(f'CREATE DATABASE "{fresh}"')
    server.close()
    return url._replace(path=f"/{fresh}").geturl()


def _pages_of(url: str, begun: int) -> dict[str, bytes]:
    """The files of the database as the server keeps them, and what it wrote ahead since then."""
    data = Path(parse_qs(urlsplit(url).query)["host"][0])
    server = psycopg2.connect(url)
    cursor = server.cursor()
    cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
    ((oid,),) = cursor.fetchall()
    server.close()
    # The log ahead of all other tests is there as well, up to a gigabyte of it.
    ahead = [file for file in (data / "pg_wal").glob("0*") if file.stat().st_mtime_ns >= begun]
    files = [*(data / "base" / str(oid)).iterdir(), *ahead]
    return {f"base/{file.name}": file.read_bytes() for file in files if file.is_file()}


def _all_of(url: str) -> bytes:
    """Every key and value that a Redis holds."""
    with redis.Redis.from_url(url) as client:
        return b"\n".join(key + b" " + (client.dump(key) or b"") for key in client.scan_iter())
