"""The log of looks: added to and never changed, chained, reviewed by a second person, purged."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from moderation import chain, figures, roles
from moderation.models import Access, Anchor, Opening
from supportnet import my_data
from supportnet.retention import forget_expired
from tests import factories
from tests.moderation.desk import at_desk, page

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def noted(count: int, *, since: dt.datetime, by=None) -> None:
    for number in range(count):
        Access.objects.record(by=by, what="seen", about="report", now=since + number * DAY)


def unprotected(statement: str, *values: object) -> None:
    """What somebody with the keys to the database could do after taking its triggers away."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("access_is_not_changed", "access_is_not_deleted", "anchor_is_not_changed"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            cursor.execute("DROP FUNCTION moderation_only_added CASCADE")
            cursor.execute("DROP FUNCTION moderation_never_emptied CASCADE")
        cursor.execute(statement, values)


def test_looking_at_a_report_makes_a_row() -> None:
    member = factories.member(person=factories.person())
    report, kim = factories.report(member=member, now=timezone.now()), factories.moderator()

    at_desk(kim).get(page("report_desk", report.public_id))

    row = Access.objects.get(what="seen")
    assert (row.actor, row.about, row.about_id) == (kim.public_id, "report", report.public_id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_access SET what = 'read'",
        "DELETE FROM moderation_access",
        "UPDATE moderation_anchor SET up_to = 99",
        pytest.param("TRUNCATE moderation_access", marks=pytest.mark.postgresql),
    ],
)
def test_the_database_refuses_to_change_or_remove_a_row(now: dt.datetime, statement: str) -> None:
    noted(3, since=now)
    before = Access.objects.order_by("pk").first()
    assert before is not None
    Anchor.objects.drop(Access(pk=before.pk, made_at=now, row_hash="1:0"))

    refused = pytest.raises(DatabaseError, match="only add")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_is_saved_once() -> None:
    row = Access.objects.record(by=None, what="seen", about="report", now=timezone.now())
    row.what = "read"

    with pytest.raises(TypeError):
        row.save()


def test_a_whole_chain_holds(now: dt.datetime) -> None:
    noted(3, since=now)

    call_command("access_log")
    assert Access.objects.breaks(now) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE moderation_access SET reason = 'law' WHERE id = %s", "was changed"),
        ("DELETE FROM moderation_access WHERE id = %s", "was removed"),
    ],
)
def test_tampering_breaks_the_chain(now: dt.datetime, statement: str, said: str) -> None:
    noted(3, since=now)
    middle = list(Access.objects.order_by("pk"))[1]

    unprotected(statement, middle.pk)

    assert any(said in line for line in Access.objects.breaks(now))
    with pytest.raises(CommandError, match="triggers are gone"):
        call_command("access_log")


def test_a_row_written_past_the_verb_breaks_the_chain(now: dt.datetime) -> None:
    noted(2, since=now)
    last = Access.objects.order_by("pk").last()
    assert last is not None
    forged = Access(made_at=now, what="seen", about="report", previous_hash=last.row_hash)
    forged.row_hash = "1:" + "0" * 64
    forged.save(force_insert=True)

    assert any("was changed" in line for line in Access.objects.breaks(now))


def test_the_purge_after_a_year_keeps_the_last_hash_as_the_anchor(now: dt.datetime) -> None:
    noted(4, since=now - 368 * DAY)
    last_gone = Access.objects.filter(made_at__lt=now - 365 * DAY).order_by("pk").last()
    assert last_gone is not None

    forget_expired(now=now)

    assert Access.objects.count() == 1
    assert Anchor.objects.get().last_hash == last_gone.row_hash
    assert Access.objects.breaks(now) == []
    noted(1, since=now)
    assert Access.objects.breaks(now) == []


def test_what_is_removed_after_the_anchor_is_noticed(now: dt.datetime) -> None:
    noted(5, since=now - 368 * DAY)
    forget_expired(now=now)
    first = Access.objects.order_by("pk").first()
    assert first is not None

    unprotected("DELETE FROM moderation_access WHERE id = %s", first.pk)

    assert any("removed" in line for line in Access.objects.breaks(now))


def test_rows_that_went_before_their_time_are_noticed(now: dt.datetime) -> None:
    """By our own verb, in a shell: the anchor is genuine, and tells that it came too early."""
    noted(5, since=now - 30 * DAY)

    Access.objects.all().delete()

    [said] = Access.objects.breaks(now)
    assert "before twelve months were over" in said
    assert Access.objects.breaks(now + 340 * DAY) == []


@pytest.mark.parametrize("what", ["decided", "opened"])
def test_a_cut_at_the_very_end_is_noticed_by_what_was_done(what: str) -> None:
    kim, now = factories.moderator(), timezone.now()
    member = factories.member(person=factories.person())
    report = factories.report(member=member, now=now)
    report.claim(by=kim, now=now)
    Opening.objects.open(report, category="law", reason="A court asks for it.", by=kim, now=now)
    factories.decision(report=report, by=kim, now=now)
    assert chain.breaks(now) == []
    first = Access.objects.filter(what=what).order_by("pk").first()
    assert first is not None

    unprotected("DELETE FROM moderation_access WHERE id >= %s", first.pk)

    assert Access.objects.breaks(now) == []
    assert any("The log has no line for 1" in line for line in chain.breaks(now))


def test_an_anchor_that_is_taken_away_is_missed(now: dt.datetime) -> None:
    noted(5, since=now - 368 * DAY)
    forget_expired(now=now)

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM moderation_anchor")

    assert any("removed" in line for line in Access.objects.breaks(now))


def test_a_second_person_reviews_it_each_month(now: dt.datetime, settings) -> None:
    kim, ray = factories.moderator(), factories.staff(roles.AUDITOR)
    noted(2, since=now, by=kim)

    assert Access.objects.needs_review(now + 62 * DAY)
    with pytest.raises(PermissionDenied):
        Access.objects.since_review().review(by=kim, now=now + 62 * DAY)
    Access.objects.since_review().review(by=ray, now=now + 62 * DAY)

    assert not Access.objects.needs_review(now + 63 * DAY)
    noted(1, since=now + 64 * DAY, by=kim)
    settings.ONE_MODERATOR = True
    Access.objects.since_review().review(by=kim, now=now + 90 * DAY)
    assert Access.objects.filter(what="alone").exists()


def test_the_auditor_reads_and_signs_the_review_at_the_desk() -> None:
    noted(1, since=timezone.now() - 40 * DAY, by=factories.moderator())
    desk = at_desk(factories.staff(roles.AUDITOR))

    assert "waits for its monthly review" in desk.get(reverse("admin:index")).content.decode()
    there = reverse("admin:moderation_access_review")
    page = desk.get(there).content.decode()
    assert "The chain holds" in page
    read = {"up_to": re.search(r'name="up_to" value="(\d+)"', page)[1]}
    noted(1, since=timezone.now(), by=factories.moderator())
    told = desk.post(there, read, follow=True).content.decode()
    assert "New lines came while you read." in told
    assert Access.objects.last_review() is None

    desk.post(there, {"up_to": re.search(r'name="up_to" value="(\d+)"', told)[1]})
    assert Access.objects.last_review() is not None


def test_the_person_sees_who_helped_with_their_account(client) -> None:
    person, kim = factories.person(), factories.staff(roles.OPERATOR)
    Access.objects.record(
        by=kim, what="helped", about="person", about_id=person.public_id, now=timezone.now()
    )
    client.force_login(person)

    assert "looked why no mail came to you" in client.get(reverse("who_looked")).content.decode()


def test_each_look_of_staff_at_an_account_stands_in_its_export_and_nobody_elses() -> None:
    ada, ben = factories.person(address="ada@example.org"), factories.person()
    office = at_desk(factories.staff(roles.OPERATOR))
    office.post(reverse("admin:moderation_no_mail"), {"address": "ADA@example.org"})
    office.post(reverse("admin:moderation_find_person"), {"address": "ada@example.org"})
    office.get(reverse("admin:accounts_person_change", args=[ada.pk]))
    office.post(reverse("admin:moderation_find_person"), {"address": "nobody@example.org"})

    told = [table for table in my_data.export_page(ada) if "staff" in table.title]
    rows = my_data.export(ada, now=timezone.now())["tables"]["moderation.access"]

    assert [row["what"] for row in rows] == ["helped", "searched", "seen"]
    said = str(told[0].rows)
    for words in ("why no mail came", "by its whole address", "whether your account is open"):
        assert words in said
    assert my_data.export(ben, now=timezone.now())["tables"]["moderation.access"] == []


def test_the_numbers_of_the_year_tell_of_nobody(now: dt.datetime, capsys) -> None:
    member, kim = factories.member(person=factories.person()), factories.moderator()
    for number in range(6):
        report = factories.report(member=member, reason="spam", words=str(number), now=now)
        report.claim(by=kim, now=now)
        if number < 5:
            factories.decision(report=report, by=kim, now=now + DAY)
    factories.report(member=member, reason="child", now=now)

    tables = figures.of_the_year(now + 2 * DAY)

    reasons, decisions = dict(tables["Reports by reason"]), dict(tables["Decisions"])
    assert (reasons["Spam"], reasons["It concerns a child"]) == ("6", "fewer than 5")
    assert reasons["Threats"] == "0"
    assert decisions["Say that this is not all right"] == "5"
    assert ("hours until decided, in the middle", "24") in tables["Time"]
    call_command("moderation_numbers")
    assert "Reports by reason" in capsys.readouterr().out
