"""What decisions really do, what they say, and how each is taken back."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from checkins import dispatch
from checkins.models import CheckIn, Reply, Schedule, Share
from circles import sent
from circles.models import Circle, Invitation
from library import frames
from library.helplines import lines_for
from library.models import OwnLine
from moderation import items
from moderation.models import Access, Appeal, Decision, Report
from outbox import links
from outbox.links import Dead
from outbox.models import Message
from supportnet.tasks import purge
from tests import factories
from tests.checkins.postman import Letter, deliver
from tests.circles.people import invited
from tests.moderation.desk import WHY, at_desk, page
from tests.moderation.test_reporting import door, share_link

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def decided(report: Report, action: str, *, now: dt.datetime, **said: object) -> Decision:
    kim = factories.moderator()
    report.claim(by=kim, now=now)
    return factories.decision(report=report, by=kim, action=action, now=now, **said)


def hello(person: Person, *, now: dt.datetime, words: str = "Quittenmus") -> Reply:
    return Reply.objects.hello(factories.member(person=person), words=words, now=now)


def letter_report(reply: Reply, *, now: dt.datetime, **said: object) -> Report:
    item = items.of_letter(reply)[0]
    return factories.report(member=reply.member, item=item, by="person", now=now, **said)


def to(address: str, letters: list[Letter]) -> list[Letter]:
    return [letter for letter in letters if letter.to == address]


# what each of them does


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


# what is said


@pytest.mark.parametrize("missing", ["rule", "facts", "signed"])
def test_a_restriction_with_a_gap_in_its_reasons_is_refused(now: dt.datetime, missing: str) -> None:
    report = letter_report(hello(factories.person(), now=now), now=now)

    with pytest.raises(ValidationError):
        decided(report, "hide", now=now, **{missing: ""})

    assert Reply.objects.standing().exists()
    assert not Decision.objects.exists()


def test_the_database_refuses_a_restriction_without_a_rule(now: dt.datetime) -> None:
    decision = decided(letter_report(hello(factories.person(), now=now), now=now), "hide", now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(rule="")


def test_what_cannot_be_done_about_a_member_is_refused(now: dt.datetime) -> None:
    report = letter_report(hello(factories.person(), now=now), now=now)

    with pytest.raises(ValidationError):
        decided(report, "suspend", now=now)


def test_whom_it_concerns_reads_what_why_how_long_and_how_to_answer(
    client: Client, now: dt.datetime
) -> None:
    reply = hello(factories.person(), now=timezone.now())
    report = letter_report(reply, now=timezone.now(), words="Ada told us this")
    decision = decided(report, "hide", now=timezone.now(), ends_on=dt.date(2027, 1, 6))

    (mail,) = to(reply.member.mailbox.address, deliver(timezone.now()))

    assert mail.subject == "You have a message"
    assert "Many letters at night." not in mail.all
    assert "Quittenmus" not in mail.all
    page = client.get(door(client, decision.link)).content.decode()
    for said in (
        "One thing you wrote is no longer shown.",
        "until 6 January 2027",
        "Be kind. No insults",
        "Many letters at night.",
        "No program was used to find it or to decide it.",
        "Another moderator looks again",
        "Kim",
    ):
        assert said in page
    assert "Ada told us this" not in page


def test_the_reporter_hears_only_if_they_wanted_to(now: dt.datetime) -> None:
    person = factories.person()
    for wants in (True, False):
        reply = hello(person, now=now, words=f"{wants}")
        report = letter_report(reply, wants_outcome=wants, words=f"{wants}", now=now)
        decided(report, "warn", answer="Nobody has to put up with that.", now=now)

    (mail,) = [one for one in to(person.email, deliver(now)) if "You told us" in one.text]
    assert "Nobody has to put up with that." in mail.text


def test_lines_of_an_answer_stay_lines_and_nothing_of_it_is_kept(now: dt.datetime) -> None:
    person = factories.person()
    report = letter_report(hello(person, now=now, words="x"), wants_outcome=True, now=now)
    decided(report, "warn", answer="We <read> it.\n\nIt is not all right.", now=now)

    (mail,) = [one for one in to(person.email, deliver(now)) if "You told us" in one.text]
    assert "We <read> it.\n\nIt is not all right." in mail.text
    assert "We &lt;read&gt; it.<br><br>It is not all right." in mail.html
    assert "moderation/mail/outcome" in repr(frames._kept)
    assert "It is not all right." not in repr(frames._kept)


@pytest.mark.parametrize(
    ("reason", "action", "said", "unsaid"),
    [
        ("died", "freeze", "The account rests now.", "If it goes on"),
        ("died", "none", "We changed nothing here.", "a rule that was broken"),
        ("danger", "none", "call the emergency number where they are", "a rule that was broken"),
        ("harassment", "none", "a rule that was broken", "emergency number where they are"),
        ("harassment", "warn", "If it goes on, please tell us again.", "The account rests"),
    ],
)
def test_an_outcome_fits_what_was_told(
    reason: str, action: str, said: str, unsaid: str, now: dt.datetime
) -> None:
    member = factories.member(person=factories.person())
    report = factories.report(member=member, reason=reason, wants_outcome=True, now=now)
    decided(report, action, now=now)

    [mail] = [one for one in to(member.mailbox.address, deliver(now)) if "You told us" in one.text]
    assert said in mail.text
    assert unsaid not in mail.text


def test_the_person_never_sees_that_a_member_got_an_answer_to_a_report(now: dt.datetime) -> None:
    person = factories.person()
    member = factories.member(person=person)
    report = factories.report(member=member, wants_outcome=True, now=now)
    decided(report, "none", now=now)

    assert to(member.mailbox.address, deliver(now))
    assert sent.card(member, now).sent == []


# answers to decisions


def answered(now: dt.datetime) -> Appeal:
    reply = hello(factories.person(), now=now)
    decision = decided(letter_report(reply, now=now), "hide", now=now)
    appeal = Appeal.objects.make(decision, words="It was a quotation.", now=now)
    assert appeal is not None
    return appeal


def test_another_moderator_takes_a_decision_back(now: dt.datetime) -> None:
    appeal, ray = answered(now), factories.moderator(name="Ray")

    appeal.claim(by=ray, now=now)
    appeal.decide(change=True, answer="You are right.", signed="Ray", by=ray, now=now)

    assert Reply.objects.standing().exists()
    mails = to(appeal.decision.report.member.mailbox.address, deliver(now))
    assert any("It was taken back." in mail.text for mail in mails)


def test_the_same_moderator_is_refused_unless_they_are_alone(now: dt.datetime, settings) -> None:
    appeal = answered(now)
    kim = appeal.decision.made_by
    assert kim is not None

    assert not Appeal.objects.queue_for(kim, now).exists()
    with pytest.raises(PermissionDenied):
        appeal.claim(by=kim, now=now)
    settings.ONE_MODERATOR = True
    appeal.claim(by=kim, now=now)
    appeal.decide(change=False, answer="It stays.", signed="Kim", by=kim, now=now)

    assert Access.objects.filter(what="alone").count() == 1
    assert not Reply.objects.standing().exists()


def test_whoever_looks_again_opens_the_message_with_a_reason_and_each_step_is_a_line() -> None:
    now = timezone.now()
    appeal, ray = answered(now), factories.moderator(name="Ray")
    report, desk = appeal.decision.report, at_desk(ray)
    there = page("appeal_desk", appeal.public_id)
    glass = page("report_glass", report.public_id)

    desk.post(there)
    short = desk.post(glass, {"category": "appeal", "reason": "because"}).content.decode()
    opened = desk.post(glass, {"category": "appeal", "reason": WHY}, follow=True)

    assert "at least 20 letters" in short
    assert "It was a quotation." in short
    assert "Quittenmus" in opened.content.decode()
    assert there in opened.content.decode()
    assert "Quittenmus" not in desk.get(page("report_desk", report.public_id)).content.decode()
    noted = Access.objects.filter(actor=ray.public_id).order_by("pk")
    assert list(noted.values_list("what", flat=True)) == ["claimed", "opened", "read", "seen"]


def test_who_reads_an_allowed_message_again_is_noted() -> None:
    now = timezone.now()
    reply = hello(factories.person(), now=now)
    decision = decided(letter_report(reply, now=now, may_read=True), "hide", now=now)
    appeal = Appeal.objects.make(decision, words="It was a quotation.", now=now)
    assert appeal is not None
    ray = factories.moderator(name="Ray")
    desk = at_desk(ray)

    shown = desk.post(page("appeal_desk", appeal.public_id), follow=True).content.decode()

    assert "Quittenmus" in shown
    assert Access.objects.filter(actor=ray.public_id, what="read").exists()


def test_an_answer_is_given_back_for_others() -> None:
    now = timezone.now()
    appeal, ray, noor = answered(now), factories.moderator(), factories.moderator()
    desk, there = at_desk(ray), page("appeal_desk", appeal.public_id)
    desk.post(there)
    assert not Appeal.objects.queue_for(noor, now).exists()

    desk.post(there, {"back": ""})

    assert Appeal.objects.queue_for(noor, now).exists()
    assert "It was a quotation." not in desk.get(there).content.decode()


def test_a_decision_is_answered_by_its_link_once_and_for_six_months(client: Client) -> None:
    now = timezone.now()
    reply = hello(factories.person(), now=now)
    decision = decided(letter_report(reply, now=now), "hide", now=now)
    page = door(client, decision.link)

    client.post(page, {"words": "It was a quotation."})
    client.post(page, {"words": "And again."})

    assert Appeal.objects.get().words == "It was a quotation."
    assert "It was a quotation." in client.get(page).content.decode()
    old = Decision.objects.get()
    assert not old.can_be_appealed(now + 190 * DAY)
    with pytest.raises(Dead):
        links.opened(links.token(decision.link, 1), now + 190 * DAY)


def test_a_suspended_person_answers_when_signed_in_and_nobody_else_can(client: Client) -> None:
    now = timezone.now()
    person = factories.person(now=now)
    decision = decided(
        factories.report(member=factories.member(person=person), now=now), "suspend", now=now
    )
    page = reverse("own_decision", args=[decision.public_id])

    client.force_login(factories.person())
    assert client.post(page, {"words": "not mine"}).status_code == 404
    client.force_login(person)
    client.post(page, {"words": "Please look again."})

    assert Appeal.objects.get().words == "Please look again."


def test_no_mail_of_a_share_is_left_when_the_account_is_suspended(
    suspended: Decision, now: dt.datetime
) -> None:
    assert not Message.objects.unsent().filter(kind="share").exists()
    assert share_link(Share.objects.for_reading().get())
