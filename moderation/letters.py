"""The mails of moderators: to the one a decision concerns, and to the one who reported.

They are plain on the outside. What was written, and what it rests on, stands on a page.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from library.frames import Said
from moderation.measures import Action
from outbox.mail import Mail, compose, to_body
from outbox.models import Mailbox, Message

if TYPE_CHECKING:
    from moderation.models import Appeal, Decision, Opening, Report

KIND = "moderation"
_LASTS = dt.timedelta(days=14)
# Whoever tells of a death or a danger did not ask about a rule.
_NO_RULES = {"died", "danger", "child"}


@dataclass(frozen=True)
class Reader:
    """Somebody who can be written to."""

    mailbox: Mailbox
    name: str
    country: str


def concerned(report: "Report") -> Reader | None:
    """Who wrote what was reported; None when there is nobody to write to any more."""
    return _member(report) if report.by_member else _person(report)


def reporter(report: "Report") -> Reader | None:
    """Who reported it, if they left a way."""
    if report.by == report.By.ANYONE:
        return None
    return _member(report) if report.by == report.By.MEMBER else _person(report)


def says(action: str) -> str:
    """What a decision means, to the one it concerns."""
    sentences = {
        Action.WARN: _("Nothing was changed. We ask you to read why we write."),
        Action.HIDE: _("One thing you wrote is no longer shown."),
        Action.BLOCK: _("This contact has ended. Neither of you hears of the other here."),
        Action.NO_INVITES: _("You cannot invite anybody for now."),
        Action.SUSPEND: _(
            "Your account is suspended. What is yours stays yours, to read and to take along."
        ),
        Action.FREEZE: _("Somebody told us of a death, so this account rests."),
    }
    return sentences.get(Action(action), "")


def statement(decision: "Decision", *, opened: bool, now: dt.datetime) -> None:
    """Tell whom it concerns: what, and where to read why and to answer it."""
    restful = decision.action in {Action.NONE, Action.FIXED}
    to = concerned(decision.report)
    if to is None or (restful and not opened):
        return

    def written() -> Mail:
        context = {
            "name": Said(to.name),
            "opened": opened,
            "said": says(decision.action),
            "until": decision.ends_appeal_at.date(),
        }
        return _mail("opened" if restful else "decision", context, to, decision)

    _post(to, written, decision, "concerned", now)


def undecided(report: "Report", openings: "Iterable[Opening]", *, now: dt.datetime) -> None:
    """Tell whose message was opened, before a report that nobody decided goes after its year."""
    to = concerned(report)
    if to is None:
        return

    def written() -> Mail:
        context = {"name": Said(to.name), "opened": True, "openings": openings}
        return _mail("opened", context, to, None)

    _post(to, written, report, "undecided", now)


def outcome(decision: "Decision", *, now: dt.datetime) -> None:
    """Tell the one who reported what came of it, in our words and the moderator's."""
    to = reporter(decision.report)
    if to is None:
        return

    def written() -> Mail:
        context = {
            "name": Said(to.name),
            "came": _outcome(decision),
            # Only of what both sides live with; what else ends on a day concerns the other alone.
            "until": decision.ends_on if decision.action == Action.BLOCK else None,
            "answer": [Said(line) for line in decision.answer.splitlines()],
            "signed": Said(decision.signed),
            "further": _further(decision),
        }
        return _mail("outcome", context, to, None)

    _post(to, written, decision, "reporter", now)


def resumed(decision: "Decision", *, now: dt.datetime) -> None:
    """Tell the one who reported that an ended contact goes on, so that they can still choose."""
    to = reporter(decision.report)
    if to is None or decision.action != Action.BLOCK or not decision.report.wants_outcome:
        return

    def written() -> Mail:
        came = _("We had ended a contact. That is over, and you can hear of each other again.")
        by_person = decision.report.by == decision.report.By.PERSON
        further = _("You can pause or remove them in your circle, and nobody is told.")
        if not by_person:
            further = _("You can take a break or leave at any time. Any mail of ours shows how.")
        context = {"name": Said(to.name), "came": came, "further": further}
        return _mail("outcome", context, to, None)

    _post(to, written, decision, "resumed", now)


def appeal_answer(appeal: "Appeal", *, now: dt.datetime) -> None:
    """Tell whoever answered a decision that somebody looked again."""
    decision = appeal.decision
    to = concerned(decision.report)
    if to is None or decision.action == Action.FREEZE:
        return

    def written() -> Mail:
        context = {"name": Said(to.name), "changed": appeal.was_changed}
        return _mail("appeal", context, to, decision)

    _post(to, written, decision, "appeal", now)


def _outcome(decision: "Decision") -> str:
    if decision.action == Action.FIXED or decision.report.is_about_line:
        return _("The helpline was looked at, and what was wrong is mended.")
    if decision.action == Action.FREEZE:
        return _("The account rests now. No mail goes out, and we tell nobody.")
    if decision.action == Action.NONE and decision.report.reason in _NO_RULES:
        return _("We changed nothing here. It was right to tell us.")
    if decision.action == Action.NONE:
        return _("We did not find a rule that was broken. It was right to tell us all the same.")
    if decision.action == Action.WARN:
        return _("We have told them that this is not all right.")
    return _("We have done something about it.")


def _further(decision: "Decision") -> str:
    reason = decision.report.reason
    if reason == "died" or decision.report.is_about_line:
        return ""
    if reason in {"danger", "child", "self_harm"}:
        return _("If you think somebody is in danger, call the emergency number where they are.")
    return _("If it goes on, please tell us again.")


def _member(report: "Report") -> Reader | None:
    member = report.member
    if member is None or member.mailbox is None:
        return None
    return Reader(member.mailbox, member.name, member.country)


def _person(report: "Report") -> Reader | None:
    person = report.person
    if person is None or person.mailbox is None:
        return None
    return Reader(person.mailbox, person.called, person.country)


def _mail(name: str, context: dict[str, Any], to: Reader, decision: "Decision | None") -> Mail:
    return compose(
        f"moderation/mail/{name}",
        context,
        subject=_("You have a message"),
        language=to.mailbox.language,
        links={"decision": decision.link} if decision and name != "opened" else {},
        country=to.country,
    )


def _post(
    to: Reader, written: Callable[[], Mail], about: "Decision | Report", why: str, now: dt.datetime
) -> None:
    with translation.override(to.mailbox.language):
        body = to_body(written())
    Message.objects.post(
        kind=KIND,
        mailbox=to.mailbox,
        key_id=about.key_id,
        subject=about.public_id,
        dedupe_key=f"{KIND}:{why}:{about.public_id}",
        body=body,
        now=now,
        expires_at=now + _LASTS,
        lane=Message.Lane.NOW,
        why=why,
    )
