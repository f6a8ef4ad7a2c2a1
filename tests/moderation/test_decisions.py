"""What decisions really do, and how each is taken back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from checkins import dispatch
from checkins.models import CheckIn, Reply, Schedule, Share
from circles import sent
from circles.models import Circle, Invitation
from library.helplines import lines_for
from library.models import OwnLine
from moderation import items
from moderation.models import Decision, Report
from outbox import links
from outbox.links import Dead
from outbox.models import Message
from supportnet.tasks import purge
from tests import factories
from tests.checkins.postman import deliver
from tests.circles.people import invited
from tests.moderation.reported import decided, hello, letter_report, share_link, to

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def test_nothing_and_a_warning_change_nothing(now: dt.datetime) -> None:
    person = factories.person()
    for action in ("none", "warn"):
        decided(letter_report(hello(person, now=now, words=action), now=now), action, now=now)

    assert Reply.objects.for_today(person, now).count() == 2


def test_a_hidden_letter_is_on_no_page_and_in_no_mail_until_it_is_shown_again(
    now: dt.datetime,
) -> None:
    person = factories.person(reply_mail="words")
    reply = hello(person, now=now)

    decision = decided(letter_report(reply, now=now), "hide", now=now)

    assert not Reply.objects.for_today(person, now).exists()
    assert not to(person.email, deliver(now + 5 * MINUTE))
    decision.lift(now=now)
    assert Reply.objects.for_today(person, now).get() == reply


def test_a_hidden_share_shows_nothing_whatever_the_answer_becomes(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person, level="words")
    check_in = factories.check_in(person=person, now=now, asked=False)
    check_in.answer("okay", note="Quittenmus", now=now)
    share = Share.objects.for_reading().get()
    report = factories.report(member=member, item=items.behind_share(share)[0], now=now)

    decision = decided(report, "hide", now=now)
    check_in.answer("okay", note="Rübenkraut", now=now + MINUTE)

    assert Share.objects.for_reading().get().given is None
    assert not [letter for letter in deliver(now + 5 * MINUTE) if "Rübenkraut" in letter.all]
    decision.lift(now=now)
    assert Share.objects.for_reading().get().given is not None


def test_a_hidden_invitation_opens_nothing_and_does_not_leave(now: dt.datetime) -> None:
    member = invited(Circle.objects.of(factories.person(now=now)), now=now)
    item = items.behind_invitation(member.invitation)[0]

    decision = decided(factories.report(member=member, item=item, now=now), "hide", now=now)

    invitation = Invitation.objects.get()
    assert not invitation.is_open(now)
    assert not to(member.mailbox.address, deliver(now))
    decision.lift(now=now)
    assert Invitation.objects.get().is_open(now)


def test_a_hidden_first_word_and_wording_of_a_break_are_not_shown(now: dt.datetime) -> None:
    member = factories.member(person=factories.person(), first_word="Quittenmus")
    member.take_break(now, "Rübenkraut")
    first = items.on_own_page(member, Reply.objects.none())[-1]
    away = items.of_member(member)[-1]

    decided(factories.report(member=member, item=first, now=now), "hide", now=now)
    decided(factories.report(member=member, item=away, by="person", now=now), "hide", now=now)

    member.refresh_from_db()
    assert member.shown_first_word == ""
    assert "Rübenkraut" not in member.away_text


def test_an_ended_contact_hears_nothing_both_ways_and_can_begin_again(now: dt.datetime) -> None:
    person = factories.person()
    reply = hello(person, now=now)
    member = reply.member
    factories.check_in(person=person, now=now, asked=False).answer("okay", now=now)

    decision = decided(letter_report(reply, now=now), "block", now=now)

    later = deliver(now + 5 * MINUTE)
    assert [letter.subject for letter in to(member.mailbox.address, later)] == [
        "You have a message"
    ]
    member.refresh_from_db()
    with pytest.raises(Dead):
        Reply.objects.hello(member, words="once more", now=now)
    with pytest.raises(Dead):
        links.opened(links.token(member.own_link, 1), now)
    member.resume(now)
    assert sent.card(member, now).standing == "blocked"
    decision.lift(now=now)
    member.refresh_from_db()
    assert member.is_reading
    assert links.opened(links.token(member.own_link, 1), now)


def test_stopped_invitations_ask_nobody_new_and_what_waits_does_not_leave(
    now: dt.datetime,
) -> None:
    person = factories.person(now=now)
    waits = invited(Circle.objects.of(person), now=now)
    report = factories.report(member=waits, reason="spam", now=now)

    decision = decided(report, "no_invites", now=now)

    assert not to(waits.mailbox.address, deliver(now))
    with pytest.raises(ValidationError, match="Invitations rest"):
        invited(Circle.objects.of(person), now=now)
    decision.lift(now=now)
    assert to(waits.mailbox.address, deliver(now + DAY))
    assert invited(Circle.objects.of(person), now=now + DAY)


@pytest.fixture
def suspended(now: dt.datetime) -> Decision:
    """Somebody with a rhythm, a circle and something shared, whose account is suspended."""
    person = factories.person(now=now - DAY)
    factories.schedule(person=person, now=now - DAY, at="10:00")
    member = factories.member(person=person, level="words")
    factories.check_in(person=person, now=now, asked=False).answer("heavy", note="Q", now=now)
    return decided(factories.report(member=member, now=now), "suspend", now=now)


def test_a_suspended_account_is_asked_nothing_and_nothing_of_it_leaves(
    suspended: Decision, now: dt.datetime
) -> None:
    person = suspended.report.person
    assert person is not None
    check_in = factories.check_in(person=person, now=now)

    for hour in range(72):
        dispatch.tick(now + hour * 60 * MINUTE)
    check_in.answer("okay", note="Rübenkraut", now=now)
    with pytest.raises(Dead):
        Share.objects.for_reading().get().reply(words="I am here", now=now)
    Schedule.objects.get().resume(now=now)

    assert CheckIn.objects.filter(asked=True).count() == 1
    assert Schedule.objects.get().parked_why == "stopped"
    assert [letter.subject for letter in deliver(now + DAY)] == ["You have a message"]


def test_no_mail_of_a_share_is_left_when_the_account_is_suspended(
    suspended: Decision, now: dt.datetime
) -> None:
    assert not Message.objects.unsent().filter(kind="share").exists()
    assert share_link(Share.objects.for_reading().get())


def test_a_suspended_account_keeps_its_data_its_plan_and_the_helplines(
    client: Client, suspended: Decision
) -> None:
    person = suspended.report.person
    assert person is not None
    factories.just_came_in(client, person)

    for name in ("what_helps", "my_data_export", "look_back", "settings", "who_looked"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get("/help/DE/").status_code == 200
    assert client.post(reverse("my_data_export"))["Content-Type"].startswith("application/json")
    assert "Read why, and answer" in client.get("/today/", follow=True).content.decode()
    assert client.post("/today/", {"word": "okay"})["Location"] == reverse("stopped")
    assert client.get("/circle/")["Location"] == reverse("stopped")
    assert client.get("/api/v1/me/").status_code == 403


def test_a_suspension_taken_back_goes_on_as_before(suspended: Decision, now: dt.datetime) -> None:
    suspended.lift(now=now)

    schedule = Schedule.objects.get()
    assert (schedule.parked_at, schedule.next_at) == (None, now + 60 * MINUTE)
    assert Share.objects.for_reading().get().reply(words="I am here", now=now)


def test_a_frozen_account_sends_no_mail_in_thirty_days_and_nothing_is_announced(
    now: dt.datetime, client: Client
) -> None:
    person = factories.person(now=now - DAY)
    factories.schedule(person=person, now=now - DAY)
    member = factories.member(person=person, level="words")
    factories.check_in(person=person, now=now, asked=False).answer("heavy", note="Q", now=now)
    report = factories.report(member=member, reason="died", wants_outcome=True, now=now)

    decision = decided(report, "freeze", rule="R7", answer="We are sorry.", now=now)

    first = deliver(now)
    assert [(letter.to, "We are sorry." in letter.text) for letter in first] == [
        (member.mailbox.address, True)
    ]
    for day in range(30):
        dispatch.tick(now + day * DAY)
        assert not deliver(now + day * DAY + 60 * MINUTE)
    client.force_login(person)
    assert "This account rests" in client.get("/today/", follow=True).content.decode()
    decision.lift(now=now)
    assert client.get("/today/").status_code == 200


def test_a_reported_line_is_hidden_with_its_source_until_its_row_goes(now: dt.datetime) -> None:
    (item,) = items.of_line("DE", "de-telefonseelsorge")
    report = Report.objects.store(item, by="anyone", reason="wrong_line", now=now)

    decided(report, "hide", facts="Called twice, nobody answers.", now=now)

    assert "de-telefonseelsorge" not in {one.line.id for one in lines_for("DE", now)}
    row = OwnLine.objects.get(source="Called twice, nobody answers.")
    row.delete()
    assert "de-telefonseelsorge" in {one.line.id for one in lines_for("DE", now)}


def test_two_suspensions_end_with_the_second_one(suspended: Decision, now: dt.datetime) -> None:
    member = suspended.report.member
    assert member is not None
    second = decided(factories.report(member=member, reason="threats", now=now), "suspend", now=now)

    suspended.lift(now=now)
    assert Person.objects.get(pk=member.circle.person_id).is_stopped
    second.lift(now=now)
    assert not Person.objects.get(pk=member.circle.person_id).is_stopped


def test_a_decision_for_a_week_ends_by_itself() -> None:
    now = timezone.now()
    person = factories.person(now=now)
    report = factories.report(member=factories.member(person=person), now=now - 8 * DAY)
    decided(report, "suspend", ends_on=(now - DAY).date(), now=now - 8 * DAY)

    purge()

    assert not Person.objects.get(pk=person.pk).is_stopped
