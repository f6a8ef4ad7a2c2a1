"""Telling the moderators: wherever people can write to each other, and of a wrong number."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from checkins.models import Reply, Share
from circles.models import Circle
from moderation import items, targets
from moderation.models import Report
from supportnet import my_data
from tests import factories
from tests.circles.people import invited
from tests.moderation.reported import door, share_link
from vault import backup

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def shared(person: Person, *, name: str = "Ben", now: dt.datetime | None = None) -> Share:
    now = now or timezone.now()
    member = factories.member(person=person, name=name, level="words")
    factories.check_in(person=person, now=now, asked=False).answer(
        "heavy", note="Quittenmus", now=now
    )
    return Share.objects.for_reading().get(member=member)


REASONS = [reason for reason in Report.Reason.values if reason != "wrong_line"]


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_lands_in_the_queue(client: Client, reason: str) -> None:
    share = shared(factories.person())
    page = door(client, share_link(share)) + "report/"

    client.post(page, {"item": f"share:{share.public_id}", "reason": reason, "words": "hm"})

    report = Report.objects.waiting().get()
    assert (report.reason, report.about, report.words) == (reason, "share", "hm")
    assert (report.by, report.by_member, report.person) == ("member", False, share.check_in.person)


def test_danger_reads_numbers_and_times_before_anything_is_sent(client: Client) -> None:
    share = shared(factories.person())
    share.member.country = "DE"
    share.member.save()
    page = client.get(door(client, share_link(share)) + "report/").content.decode()

    assert page.index('href="tel:112"') < page.index("Someone may be in danger")
    assert re.search(r"in danger, we may not read this for \d+ hours\. All else .* 72 hours", page)
    assert "Write to me when it is decided" in page


@pytest.mark.parametrize(
    ("at", "reason", "said"),
    [
        ("2026-11-26T10:00", "danger", 4),
        ("2026-11-26T16:30", "danger", 19),
        ("2026-11-26T18:01", "danger", 19),
        ("2026-11-26T10:00", "threats", 72),
        ("2026-11-26T10:00", "child", 72),
    ],
)
def test_each_report_is_told_how_long_it_really_may_take(
    client: Client, at: str, reason: str, said: int
) -> None:
    share = shared(factories.person(), now=dt.datetime.fromisoformat(f"{at}+00:00"))
    with time_machine.travel(f"{at}+00:00", tick=False):
        there = door(client, share_link(share)) + "report/"
        before = client.get(there).content.decode()
        after = client.post(there, {"item": f"share:{share.public_id}", "reason": reason})
        report = Report.objects.get()

    assert f"A person will read this within {said} hours." in after.content.decode()
    assert report.due_at - report.made_at <= said * HOUR < report.due_at - report.made_at + HOUR
    if reason == "danger":
        assert f"we may not read this for {said} hours" in before


def test_a_child_in_trouble_leads_to_the_lines_for_the_young(client: Client) -> None:
    share = shared(factories.person())
    page = door(client, share_link(share)) + "report/"
    said = {"item": f"share:{share.public_id}", "reason": "child"}

    assert reverse("help_young") in client.post(page, said).content.decode()


def test_words_are_copied_only_when_the_reporter_allows_it(client: Client) -> None:
    share = shared(factories.person())
    page = door(client, share_link(share)) + "report/"
    said = {"item": f"share:{share.public_id}", "reason": "threats"}

    client.post(page, said)
    client.post(page, said | {"words": "please read it", "may_read": "on"})

    silent, copied = Report.objects.order_by("pk")
    assert (silent.may_read, silent.copied) == (False, [])
    assert ["Note", "Quittenmus"] in copied.copied


def test_a_report_pressed_twice_is_kept_once(client: Client) -> None:
    share = shared(factories.person())
    page = door(client, share_link(share)) + "report/"
    said = {"item": f"share:{share.public_id}", "reason": "spam"}

    client.post(page, said)
    client.post(page, said)

    assert Report.objects.count() == 1


def test_the_copy_holds_no_more_than_the_member_could_read(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="word")
    factories.check_in(person=person, now=now, asked=False).answer(
        "heavy", note="Quittenmus", now=now
    )
    share = Share.objects.for_reading().get(member=member)
    item = next(item for item in items.behind_share(share) if item.about == "share")

    report = factories.report(member=member, item=item, may_read=True, now=now)

    assert report.copied == [("Word", "A heavy day")]


def test_an_invitation_is_reported_before_any_yes(client: Client) -> None:
    now = timezone.now()
    person = factories.person(now=now)
    member = invited(Circle.objects.of(person), now=now)
    page = door(client, member.invitation.link) + "report/"

    client.post(page, {"reason": "spam", "may_read": "on"})

    report = Report.objects.get()
    assert (report.about, report.by_member) == ("invitation", False)
    assert ["Words", member.invitation.words] in report.copied


def test_a_person_reports_a_letter_and_a_stranger_cannot(client: Client) -> None:
    person, now = factories.person(), timezone.now()
    reply = Reply.objects.hello(factories.member(person=person), words="Quittenmus", now=now)
    page = reverse("report_letter", args=[reply.public_id])
    said = {"item": f"reply:{reply.public_id}", "reason": "harassment", "may_read": "on"}

    client.force_login(factories.person())
    assert client.post(page, said).status_code == 404
    client.force_login(person)
    assert "Thank you" in client.post(page, said).content.decode()

    report = Report.objects.get()
    assert (report.by, report.by_member, report.member) == ("person", True, reply.member)
    assert ["Words", "Quittenmus"] in report.copied


def test_a_person_reports_a_member_and_the_words_of_a_break(client: Client) -> None:
    person, now = factories.person(), timezone.now()
    member = factories.member(person=person)
    member.take_break(now, "Quittenmus")
    client.force_login(person)
    page = reverse("report_contact", args=[member.public_id])

    client.post(page, {"item": f"away:{member.public_id}", "reason": "other", "may_read": "on"})
    client.post(page, {"item": f"member:{member.public_id}", "reason": "harassment"})

    first, second = Report.objects.order_by("pk")
    assert (first.about, first.by_member, second.about) == ("away", True, "member")
    assert first.copied == [["Words", "Quittenmus"]]


def test_a_member_reports_a_letter_and_the_first_word_on_their_own_page(client: Client) -> None:
    person, now = factories.person(), timezone.now()
    member = factories.member(person=person, first_word="Quittenmus", now=now)
    letter = Reply.objects.hello(member, words="Hello", now=now).answer_with(
        words="Rübenkraut", now=now
    )
    page = door(client, member.own_link) + "report/"

    client.post(page, {"item": f"reply:{letter.public_id}", "reason": "threats", "may_read": "on"})
    client.post(page, {"item": f"first_word:{member.public_id}", "reason": "spam"})

    first, second = Report.objects.order_by("pk")
    assert (first.by_member, ["Words", "Rübenkraut"] in first.copied) == (False, True)
    assert (second.about, second.by_member) == ("first_word", False)


def test_nobody_reports_the_letter_of_another_circle(client: Client) -> None:
    now = timezone.now()
    member = factories.member(person=factories.person())
    other = Reply.objects.hello(factories.member(person=factories.person()), words="x", now=now)
    page = door(client, member.own_link) + "report/"

    client.post(page, {"item": f"reply:{other.public_id}", "reason": "threats"})

    assert not Report.objects.filter(about="reply").exists()


def test_a_wrong_number_needs_no_account_and_stands_on_top(client: Client) -> None:
    now = timezone.now()
    factories.report(member=factories.member(person=factories.person()), now=now - 9 * HOUR)
    row = client.get("/help/DE/").content.decode()
    (page,) = set(re.findall(r'href="(/help/DE/de-telefonseelsorge/report/)"', row))

    answer = client.post(page, {"words": "Nobody answers there."}).content.decode()

    assert "within 24 hours" in answer
    report = Report.objects.waiting()[0]
    assert (report.about, report.line_id, report.country) == ("line", "de-telefonseelsorge", "DE")
    assert report.due_at - report.made_at == dt.timedelta(hours=24)


def test_erasing_a_person_takes_reports_about_them_along_and_no_others(now: dt.datetime) -> None:
    person = factories.person()
    factories.report(member=factories.member(person=person), now=now)
    (item,) = items.of_line("DE", "de-telefonseelsorge")
    line = Report.objects.store(item, by="anyone", reason="wrong_line", now=now)

    my_data.erase(person)
    backup.prune()

    assert list(Report.objects.all()) == [line]


def test_twenty_reports_a_day_from_one_hand_are_enough(client: Client) -> None:
    share = shared(factories.person())
    page = door(client, share_link(share)) + "report/"

    for number in range(22):
        answer = client.post(page, {"reason": "spam", "words": str(number)})

    assert Report.objects.count() == 20
    page = answer.content.decode()
    assert "This one has not. Please send it again tomorrow." in page
    assert ">21</textarea>" in page.replace("\n", "")


def test_a_wrong_number_that_was_not_kept_is_not_thanked_for(client: Client) -> None:
    for number in range(21):
        answer = client.post("/help/DE/de-telefonseelsorge/report/", {"words": str(number)})

    assert Report.objects.count() == 20
    assert "This one has not. Please send it again tomorrow." in answer.content.decode()
    assert "Thank you" not in answer.content.decode()


def test_whoever_said_no_or_left_can_report_it_for_the_day_their_link_lives(client: Client) -> None:
    now = timezone.now()
    person = factories.person(now=now)
    asked = invited(Circle.objects.of(person), now=now)
    inside = door(client, asked.invitation.link)
    gone = factories.member(person=person, name="Ben")
    own = door(client, gone.own_link)
    client.post(inside, {"choice": "no"})
    gone.leave(now)

    for page in (inside, own):
        there = re.search(r'href="([^"]+/report/)"', client.get(page).content.decode())
        assert there is not None, page
        client.post(there[1], {"reason": "harassment"})

    assert set(Report.objects.values_list("about", "by")) == {
        ("invitation", "member"),
        ("member", "member"),
    }


def test_what_stands_all_the_time_is_part_of_a_contact_as_a_whole() -> None:
    now, person = timezone.now(), factories.person()
    member = factories.member(person=person, name="Quittenmus", answers_when="Rübenkraut")
    person.circle.describe(helps_me="Kirschkern", gestures=["Pflaume", "Birne"])
    member.refresh_from_db()

    (by_member,) = items.of_member(member)
    (by_person,) = items.on_own_page(member, Reply.objects.none())
    first = factories.report(member=member, item=by_member, by="person", may_read=True, now=now)
    second = factories.report(member=member, item=by_person, may_read=True, now=now)

    assert first.copied == [("When they usually answer", "Rübenkraut")]
    assert second.copied == [
        ("What they call them", "Quittenmus"),
        ("What helps", "Kirschkern"),
        ("Gestures of their own", "Pflaume\nBirne"),
    ]


def test_an_invented_line_cannot_be_reported(client: Client) -> None:
    assert client.post("/help/DE/no-such-line/report/").status_code == 404


def test_severe_and_old_come_first(now: dt.datetime) -> None:
    member = factories.member(person=factories.person())
    for hours, reason in enumerate(["spam", "other", "danger", "threats", "threats", "child"]):
        factories.report(member=member, reason=reason, words=str(hours), now=now + hours * HOUR)

    order = [(report.reason, report.words) for report in Report.objects.waiting()]

    assert order == [
        ("danger", "2"), ("child", "5"), ("threats", "3"), ("threats", "4"), ("other", "1"),
        ("spam", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-11-26T10:00", "2026-11-26T14:00"),
        ("2026-11-26T16:00", "2026-11-27T11:00"),
        ("2026-11-26T03:00", "2026-11-26T13:00"),
        ("2026-11-26T23:00", "2026-11-27T13:00"),
    ],
)
def test_danger_is_looked_at_within_four_hours_of_duty(since: str, expected: str) -> None:
    duty = targets.hours("09:00-18:00")
    found = targets.due_at(
        targets.DANGER, since=dt.datetime.fromisoformat(f"{since}+00:00"), duty=duty
    )

    assert found == dt.datetime.fromisoformat(f"{expected}+00:00")


def test_duty_through_the_night_and_around_the_clock() -> None:
    since = dt.datetime(2026, 11, 26, 23, tzinfo=dt.UTC)
    night = targets.due_at(targets.DANGER, since=since, duty=targets.hours("22:00-02:00"))
    always = targets.due_at(targets.DANGER, since=since, duty=targets.hours("00:00-00:00"))

    assert (night - since, always - since) == (24 * HOUR, 4 * HOUR)


def test_the_public_page_names_rules_times_and_who_decides(client: Client, settings) -> None:
    settings.DANGER_DECIDED_BY = "Noor and Kim, by phone"
    page = client.get("/moderation/").content.decode()

    assert "Noor and Kim, by phone" in page
    assert "R3 · Never push anybody towards harming themselves." in page
    assert "We never call the police" in page
    assert "Another moderator looks again" in page
    settings.ONE_MODERATOR = True
    assert "Only one person moderates here" in client.get("/moderation/").content.decode()
