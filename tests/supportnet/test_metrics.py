"""Numbers for a Prometheus: guarded, about the machine alone, and summed over all its processes."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from prometheus_client.parser import text_string_to_metric_families

from moderation.models import Report
from outbox.models import Alarm, Hold, Message, Pulse
from supportnet import counters
from tests import factories

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-forty-letters-made-by-openssl"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
MINUTE = dt.timedelta(minutes=1)
COUNTS = (
    "from supportnet import counters\n"
    "import sys\n"
    "for _ in range(1000): counters.count('today', 200, 0.03)\n"
    "print(counters._meters.cache_info().currsize, flush=True)\n"
    "sys.stdin.read()\n"
)


@pytest.fixture(autouse=True)
def _set_up(now, tmp_path):
    counters._meters.cache_clear()
    with override_settings(METRICS_TOKEN=TOKEN, VAR_DIR=tmp_path), time_machine.travel(now):
        yield
    counters._meters.cache_clear()


def scraped(client: Any) -> dict[tuple[str, ...], float]:
    """Each sample as a Prometheus reads it: its name and the values of its labels."""
    answer = client.get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    # Bucket bounds stand before routes: labels in the order of their names.
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        assert family.documentation
        for sample in family.samples:
            name = sample.name.removeprefix("supportnet_")
            found[(name, *(sample.labels[label] for label in sorted(sample.labels)))] = sample.value
    return found


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": TOKEN}, 401),
        ({"Authorization": f"Bearer {TOKEN}ü"}, 401),
        (SHOWN, 200),
    ],
)
def test_only_who_shows_the_token_reads(client, headers, status):
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert (b"supportnet_" in answer.content) is (status == 200)
    assert "no-store" in answer["Cache-Control"]


def test_without_the_setting_there_is_no_such_page(client):
    with override_settings(METRICS_TOKEN=""):
        assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_mails_are_told_by_state_and_the_oldest_by_its_age(client, now):
    box = factories.mailbox()
    for minutes in (10, 3, -60):
        factories.message(now=now, mailbox=box, not_before=now - minutes * MINUTE)
    held = factories.message(now=now, mailbox=box)
    Message.objects.filter(pk=held.pk).update(state="held")

    found = scraped(client)

    assert found["mails", "waiting"] == 3
    assert (found["mails", "held"], found["mails", "doubt"], found["mails", "claimed"]) == (1, 0, 0)
    assert found[("mails_due",)] == 2
    assert found[("mail_oldest_due_seconds",)] == pytest.approx(600, abs=5)


def test_the_last_hour_tells_what_left_how_late_and_what_ended_why(client, now):
    box = factories.mailbox()
    for late, ago in ((1, 5), (3, 10), (50, 90)):
        sent_at = now - ago * MINUTE
        one = factories.message(now=now, mailbox=box, not_before=sent_at - late * MINUTE)
        Message.objects.filter(pk=one.pk).update(state="sent", sent_at=sent_at)
    refused = factories.message(now=now, mailbox=box)
    Message.objects.filter(pk=refused.pk).end("refused", now=now - MINUTE)

    found = scraped(client)

    assert found["mails_last_hour", "sent"] == 2
    assert (found["mails_last_hour", "refused"], found["mails_last_hour", "poison"]) == (1, 0)
    assert found[("mail_late_seconds",)] == pytest.approx(120)
    assert found[("mail_latest_seconds",)] == pytest.approx(180)


def test_the_machine_tells_how_long_a_part_was_not_heard_holds_and_alarms(client, now):
    Pulse.objects.note("heartbeat", now=now - 2 * MINUTE)
    Pulse.objects.note("machine 1234abcd", now=now)
    Hold.objects.begin("restored", now=now)
    Alarm.objects.raise_("stuck", again=MINUTE, now=now)

    found = scraped(client)

    assert found["heard_seconds", "heartbeat"] == pytest.approx(120, abs=5)
    assert ("heard_seconds", "machine 1234abcd") not in found
    assert found[("sending_held",)] == 1
    assert found["alarm", "stuck"] == 1


def test_rhythms_and_reports_that_wait_are_counted(client, now):
    ada = factories.person(now=now)
    factories.schedule(person=ada, now=now - dt.timedelta(days=1), at="08:00")
    report = factories.report(member=factories.member(person=ada), now=now)
    Report.objects.filter(pk=report.pk).update(due_at=now - MINUTE)

    found = scraped(client)

    assert found[("schedules_overdue",)] == 1
    assert (found[("reports_open",)], found[("reports_overdue",)]) == (1, 1)


def test_no_sample_tells_of_a_person(client, now):
    ada = factories.person(name="Quitte", address="quitte@example.org", now=now)
    member = factories.member(person=ada, name="Ben Bekannt")
    factories.message(now=now, mailbox=ada.mailbox, kind="share")
    factories.report(member=member, now=now, words="Quittenmus")
    text = client.get("/metrics", headers=SHOWN).content.decode().lower()

    told = ("quitte", "bekannt", "@", str(ada.public_id), "share", "harassment", TOKEN)
    assert [word for word in told if word in text] == []


def test_a_scrape_asks_little_and_changes_nothing(client, now, django_assert_max_num_queries):
    box = factories.mailbox()
    for _ in range(30):
        factories.message(now=now, mailbox=box)
    with django_assert_max_num_queries(11) as seen:
        scraped(client)
    words = {query["sql"].split()[0] for query in seen.captured_queries}
    assert words == {"SELECT"}
    assert not [query for query in seen.captured_queries if "FOR UPDATE" in query["sql"]]
    assert not [query for query in seen.captured_queries if '"body"' in query["sql"]]


def counting(folder: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"SUPPORTNET_VAR": str(folder), "METRICS_TOKEN": TOKEN}
    environment["DJANGO_SETTINGS_MODULE"] = "supportnet.settings"
    return subprocess.Popen(
        [sys.executable, "-c", COUNTS],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_at_once_and_one_after_the_other_are_summed_in_few_files(client, tmp_path):
    three = [counting(tmp_path) for _ in range(3)]
    for process in three:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
    three[0].kill()
    for process in three:
        process.communicate()
    after = counting(tmp_path)
    after.communicate()

    found = scraped(client)

    assert found["requests_total", "today", "200"] == 4000
    assert found["request_seconds_count", "today"] == 4000
    assert found["request_seconds_bucket", "0.05", "today"] == 4000
    assert found["request_seconds_bucket", "0.025", "today"] == 0
    assert len(list((tmp_path / "counters" / "1").glob("*.db"))) == 6


def test_a_disk_that_takes_no_files_disturbs_no_page(client, tmp_path):
    (tmp_path / "counters").write_text("in the way")
    assert client.get("/robots.txt").status_code == 200
    assert ("requests_total", "robots", "200") not in scraped(client)
