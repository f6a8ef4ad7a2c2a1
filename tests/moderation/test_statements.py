"""What a decision says: its reasons to whom it concerns, and its outcome to who told of it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from checkins.models import Reply
from circles import sent
from library import frames
from moderation.models import Decision
from tests import factories
from tests.checkins.postman import Letter, deliver
from tests.moderation.reported import decided, door, hello, letter_report, to

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


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


def test_a_decision_that_was_taken_back_says_that_first(client: Client) -> None:
    now = timezone.now()
    decision = decided(letter_report(hello(factories.person(), now=now), now=now), "hide", now=now)
    there = door(client, decision.link)
    held = client.get(there).content.decode()

    decision.lift(now=now)
    lifted = client.get(there).content.decode()

    assert '<p class="lead">One thing you wrote is no longer shown.</p>' in held
    assert "It no longer holds." not in held
    assert "It no longer holds." in lifted.partition("One thing you wrote is no longer shown.")[0]


def test_the_reporter_hears_only_if_they_wanted_to(now: dt.datetime) -> None:
    person = factories.person()
    for wants in (True, False):
        reply = hello(person, now=now, words=f"{wants}")
        report = letter_report(reply, wants_outcome=wants, words=f"{wants}", now=now)
        decided(report, "warn", answer="Nobody has to put up with that.", now=now)

    (mail,) = [one for one in to(person.email, deliver(now)) if "You told us" in one.text]
    assert "Nobody has to put up with that." in mail.text


@pytest.mark.parametrize("by", ["person", "member"])
@pytest.mark.parametrize("wants", [True, False])
def test_who_asked_to_hear_is_told_when_an_ended_contact_goes_on(
    wants: bool, by: str, now: dt.datetime
) -> None:
    person = factories.person()
    member = factories.member(person=person)
    report = factories.report(member=member, by=by, wants_outcome=wants, now=now)
    decided(report, "block", ends_on=now.date() + 7 * DAY, now=now)
    deliver(now)

    Decision.objects.lift_due(now + 6 * DAY)
    early = deliver(now + 6 * DAY)
    Decision.objects.lift_due(now + 8 * DAY)
    Decision.objects.lift_due(now + 8 * DAY)
    mails = deliver(now + 8 * DAY)

    assert not early
    assert [mail.to for mail in mails] == [
        person.email if by == "person" else member.mailbox.address
    ] * wants
    for mail in mails:
        assert "That is over, and you can hear of each other again." in mail.text
        assert ("remove them in your circle" in mail.text) is (by == "person")


@pytest.mark.parametrize("by", ["person", "member"])
def test_who_told_hears_until_when_a_contact_is_ended(by: str, now: dt.datetime) -> None:
    [mail] = told_of(by, "block", dt.date(2027, 1, 6), now)

    for page in (mail.text, mail.html):
        assert "Until 6 January 2027, neither of you hears of the other here." in page


@pytest.mark.parametrize(
    ("action", "ends_on"),
    [("block", None), ("no_invites", dt.date(2027, 1, 6)), ("suspend", dt.date(2027, 1, 6))],
)
def test_who_told_hears_no_day_of_what_concerns_the_other_alone(
    action: str, ends_on: dt.date | None, now: dt.datetime
) -> None:
    [mail] = told_of("member", action, ends_on, now)

    assert "We have done something about it." in mail.text
    assert "Until" not in mail.all
    assert "January" not in mail.all


def told_of(by: str, action: str, ends_on: dt.date | None, now: dt.datetime) -> list[Letter]:
    """What the one who reported hears of this decision."""
    member = factories.member(person=factories.person())
    report = factories.report(member=member, by=by, wants_outcome=True, now=now)
    decided(report, action, ends_on=ends_on, now=now)
    return [one for one in deliver(now) if "You told us" in one.text]


def test_nobody_hears_that_a_contact_goes_on_which_another_decision_holds(
    now: dt.datetime,
) -> None:
    member = factories.member(person=factories.person())
    first = factories.report(member=member, by="person", wants_outcome=True, now=now)
    decision = decided(first, "block", now=now)
    second = factories.report(member=member, by="person", reason="threats", now=now)
    decided(second, "block", now=now)
    deliver(now)

    decision.lift(now=now)

    assert deliver(now) == []


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
