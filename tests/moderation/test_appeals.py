"""Answers to decisions: who may give one, and who looks at the decision again."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from checkins.models import Reply
from moderation.models import Access, Appeal, Decision
from outbox import links
from outbox.links import Dead
from tests import factories
from tests.checkins.postman import deliver
from tests.moderation.desk import WHY, at_desk, page
from tests.moderation.reported import decided, door, hello, letter_report, to

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


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


def test_whoever_decided_reads_that_somebody_else_looks_again() -> None:
    appeal = answered(timezone.now())
    kim, ray = appeal.decision.made_by, factories.moderator(name="Ray")
    assert kim is not None
    there = page("appeal_desk", appeal.public_id)

    own, other = (at_desk(one).get(there).content.decode() for one in (kim, ray))

    assert "You decided this. Somebody else looks again." in own
    assert "Take it" not in own
    assert "Take it" in other
    assert "You decided this" not in other


@pytest.mark.parametrize(("name", "signed"), [("Ray Haddad", 'value="Ray"'), ("", "")])
def test_the_name_to_sign_with_stands_there_and_is_never_made_up(name: str, signed: str) -> None:
    now = timezone.now()
    appeal, ray = answered(now), factories.moderator(name=name)
    report = letter_report(hello(factories.person(), now=now), now=now)
    desk = at_desk(ray)

    pages = [
        desk.post(page("appeal_desk", appeal.public_id), follow=True),
        desk.post(page("report_claim", report.public_id), follow=True),
    ]

    for shown in pages:
        (field,) = re.findall(r'<input[^>]*name="signed"[^>]*>', shown.content.decode())
        assert signed in field
        assert "Somebody" not in field


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
