"""Reading one reported message: when the reporter allowed it, or behind glass with a reason."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from checkins.models import Reply
from moderation import items
from moderation.models import Access, Opening, Report
from supportnet import my_data
from supportnet.tasks import purge
from tests import factories
from tests.checkins.postman import deliver
from tests.moderation.desk import WHY, at_desk, page
from tests.moderation.reported import door

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
GLASS = {"category": "context", "reason": WHY}


def reported(**said: object) -> Report:
    """A letter a member wrote, reported by the person."""
    now = timezone.now()
    reply = Reply.objects.hello(
        factories.member(person=factories.person()), words="Quittenmus", now=now
    )
    item = items.of_letter(reply)[0]
    return factories.report(
        member=reply.member, item=item, by="person", words="Rübenkraut", now=now, **said
    )


def test_nothing_is_read_before_it_is_in_hand() -> None:
    report, client = reported(may_read=True), at_desk(factories.moderator())
    front = client.get(reverse("admin:index")).content.decode()
    desk = client.get(page("report_desk", report.public_id)).content.decode()

    assert "Harassment or control" in front
    for shown in (front, desk):
        assert "Quittenmus" not in shown
        assert "Rübenkraut" not in shown


def test_whoever_has_it_in_hand_reads_what_the_reporter_allowed() -> None:
    report, client = reported(may_read=True), at_desk(factories.moderator())
    client.post(page("report_claim", report.public_id))

    desk = client.get(page("report_desk", report.public_id)).content.decode()

    assert "Quittenmus" in desk
    assert "Rübenkraut" in desk
    assert Access.objects.filter(what="read", about_id=report.public_id).exists()
    client.post(page("report_give_back", report.public_id))
    assert "Quittenmus" not in client.get(page("report_desk", report.public_id)).content.decode()


def test_without_permission_the_message_stays_behind_glass_and_the_reason_is_long_enough() -> None:
    report, client = reported(), at_desk(factories.moderator())
    client.post(page("report_claim", report.public_id))
    assert client.get(page("report_read", report.public_id)).status_code == 403
    assert "Quittenmus" not in client.get(page("report_desk", report.public_id)).content.decode()

    short = client.post(page("report_glass", report.public_id), GLASS | {"reason": "because"})
    assert "at least 20 letters" in short.content.decode()
    assert not Opening.objects.exists()

    opened = client.post(page("report_glass", report.public_id), GLASS, follow=True)
    assert "Quittenmus" in opened.content.decode()


def test_without_a_report_in_hand_no_glass_breaks() -> None:
    report, client = reported(), at_desk(factories.moderator())

    assert client.post(page("report_glass", report.public_id), GLASS).status_code == 403
    assert not Opening.objects.exists()


def test_the_glass_closes_after_fifteen_minutes() -> None:
    report, kim = reported(), factories.moderator()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = at_desk(kim)
        client.post(page("report_claim", report.public_id))
        client.post(page("report_glass", report.public_id), GLASS)
        clock.shift(14 * MINUTE)
        assert client.get(page("report_read", report.public_id)).status_code == 200
        clock.shift(MINUTE)
        assert client.get(page("report_read", report.public_id)).status_code == 403


def test_an_opening_is_for_one_moderator_and_one_item() -> None:
    kim, ray, now = factories.moderator(), factories.moderator(), timezone.now()
    first, second = reported(), reported()
    first.claim(by=kim, now=now)
    second.claim(by=ray, now=now)
    Opening.objects.open(first, **GLASS, by=kim, now=now)

    assert Opening.objects.current(first, by=kim, now=now)
    assert Opening.objects.current(first, by=ray, now=now) is None
    assert Opening.objects.current(second, by=kim, now=now) is None
    assert at_desk(ray).get(page("report_read", first.public_id)).status_code == 403


def test_the_writer_is_told_when_it_is_decided_and_not_before(client: Client) -> None:
    now, kim, person = timezone.now(), factories.moderator(), factories.person()
    member = factories.member(person=person, level="words")
    answer = Reply.objects.hello(member, words="Hello", now=now).answer_with(words="Q", now=now)
    item = items.Item(items.About.REPLY, answer.public_id, member)
    report = factories.report(member=member, item=item, words="Rübenkraut", now=now)
    report.claim(by=kim, now=now)
    Opening.objects.open(report, **GLASS, by=kim, now=now)
    client.force_login(person)

    before = client.get(reverse("who_looked")).content.decode()
    factories.decision(report=report, by=kim, action="none", now=now)
    after = client.get(reverse("who_looked")).content.decode()

    assert "Nobody has opened anything of yours." in before
    assert WHY in after
    assert "The report cannot be decided without it" in after
    for shown in (after, my_data.export_json(person, now=now)):
        assert WHY in shown
        assert "Rübenkraut" not in shown
        assert member.name not in shown or shown != after
    (mail,) = [one for one in deliver(now) if one.to == person.email and "opened" in one.text]
    assert (mail.subject, WHY in mail.all) == ("You have a message", False)


def test_the_writer_is_told_also_when_the_report_goes_undecided_after_a_year() -> None:
    year, kim, now = dt.timedelta(days=365), factories.moderator(), timezone.now()
    report, _never_opened = reported(), reported()
    assert report.member is not None
    report.claim(by=kim, now=now)
    Opening.objects.open(report, **GLASS, by=kim, now=now)

    with time_machine.travel(now + year - MINUTE, tick=False):
        purge()
    before = deliver(now + year)
    with time_machine.travel(now + year + MINUTE, tick=False):
        purge()
        purge()
    mails = [mail for mail in deliver(now + year + MINUTE) if "opened one message" in mail.text]

    assert not any("opened one message" in mail.text for mail in before)
    assert not Report.objects.exists()
    [mail] = mails
    assert (mail.to, mail.subject) == (report.member.mailbox.address, "You have a message")
    assert "The report cannot be decided without it" in mail.text
    assert "Nobody decided about the report, and now it is deleted." in mail.text
    assert WHY not in mail.all
    assert "Rübenkraut" not in mail.all


def test_a_member_reads_on_their_own_page_that_their_letter_was_opened(client: Client) -> None:
    now, kim = timezone.now(), factories.moderator()
    report = reported()
    report.claim(by=kim, now=now)
    Opening.objects.open(report, **GLASS, by=kim, now=now)
    factories.decision(report=report, by=kim, action="warn", now=now)
    assert report.member is not None

    own_page = client.get(door(client, report.member.own_link)).content.decode()

    assert "Who looked at my data" in own_page
    assert WHY in own_page
    assert "Rübenkraut" not in own_page
    assert not Opening.objects.told_to(report.member.circle.person).exists()


def test_a_moderator_of_the_same_circle_cannot_take_it(settings) -> None:
    report, now = reported(), timezone.now()
    person = report.person
    assert person is not None
    inside = factories.moderator(address="inside@example.org")
    factories.member(person=person, address="Inside+x@example.org")

    with pytest.raises(PermissionDenied):
        report.claim(by=inside, now=now)
    assert not Report.objects.queue_for(person, only_lines=False, now=now).exists()
    settings.ONE_MODERATOR = True
    report.claim(by=inside, now=now)
    assert Access.objects.filter(what="alone", reason="conflict").exists()


def test_a_moderator_who_has_the_person_in_their_own_circle_cannot_take_it() -> None:
    report, now = reported(), timezone.now()
    person, kim = report.person, factories.moderator()
    assert person is not None
    factories.member(person=kim, address=person.email)

    with pytest.raises(PermissionDenied):
        report.claim(by=kim, now=now)


def test_one_report_is_in_one_pair_of_hands_and_a_forgotten_one_is_free_after_a_day() -> None:
    report, now = reported(), timezone.now()
    kim, ray = factories.moderator(), factories.moderator()
    report.claim(by=kim, now=now)

    with pytest.raises(PermissionDenied):
        Report.objects.get().claim(by=ray, now=now + 23 * 60 * MINUTE)
    Report.objects.get().claim(by=ray, now=now + 24 * 60 * MINUTE)
    assert Report.objects.get().claimed_by == ray


def test_handed_over_without_a_reason_it_is_not_offered_again() -> None:
    report, kim, ray = reported(), factories.moderator(), factories.moderator()
    desk = at_desk(kim)
    desk.post(page("report_claim", report.public_id))

    desk.post(page("report_give_back", report.public_id), {"pass": "1"})

    now = timezone.now()
    assert not Report.objects.queue_for(kim, only_lines=False, now=now).exists()
    assert Report.objects.queue_for(ray, only_lines=False, now=now).get() == report


def test_topics_left_to_others_are_not_shown() -> None:
    reported(reason="self_harm")
    desk = at_desk(factories.moderator())
    assert "It encourages self-harm</h3>" in desk.get(reverse("admin:index")).content.decode()

    desk.post(reverse("admin:moderation_topics"), {"topics": ["self_harm"]})

    assert "It encourages self-harm</h3>" not in desk.get(reverse("admin:index")).content.decode()


def test_after_two_hours_a_break_is_offered() -> None:
    desk = at_desk(factories.moderator())
    assert "A break is a good idea" not in desk.get(reverse("admin:index")).content.decode()
    session = desk.session
    session["office_since"] -= 2 * 3600
    session.save()

    assert "A break is a good idea" in desk.get(reverse("admin:index")).content.decode()


def test_the_front_names_somebody_to_talk_to_and_lines(settings) -> None:
    settings.MODERATORS_CONTACT = "Noor, on Thursdays"
    front = at_desk(factories.moderator()).get(reverse("admin:index")).content.decode()

    assert "Noor, on Thursdays" in front
    assert "Helplines are there for moderators too." in front
    assert "Nothing waits." in front


def test_a_report_is_decided_at_the_desk_and_gaps_are_said_in_words() -> None:
    report, kim = reported(), factories.moderator()
    desk = at_desk(kim)
    desk.post(page("report_claim", report.public_id))

    gap = desk.post(page("report_decide", report.public_id), {"action": "hide"}).content.decode()
    assert "Please choose the rule it is about." in gap
    assert "Please say what it rests on." in gap
    said = {"action": "hide", "rule": "R1", "facts": "An insult.", "signed": "Kim", "lasts": "30"}
    done = desk.post(page("report_decide", report.public_id), said, follow=True)

    assert "Decided. Whoever it concerns has a mail now." in done.content.decode()
    report.refresh_from_db()
    assert report.decision.ends_on == kim.today(timezone.now()) + dt.timedelta(days=30)
    assert not Reply.objects.standing().exists()
