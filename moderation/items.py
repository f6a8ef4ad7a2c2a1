"""What can be reported: everything people can send each other, and a helpline.

An item names a thing and knows who wrote it. Its words are read here and nowhere else, as exactly
as much as the one who reported it could read.
"""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.models import Answer, Reply, Share
from circles.models import Circle, Invitation, Member
from library.helplines import countries

if TYPE_CHECKING:
    from moderation.models import Report


class About(models.TextChoices):
    """Which kind of thing a report is about."""

    SHARE = "share", gettext_lazy("something that was shared")
    INVITATION = "invitation", gettext_lazy("an invitation")
    FIRST_WORD = "first_word", gettext_lazy("the first word to a member")
    REPLY = "reply", gettext_lazy("a letter or a hello")
    AWAY = "away", gettext_lazy("the wording of a break")
    MEMBER = "member", gettext_lazy("a contact as a whole")
    LINE = "line", gettext_lazy("a helpline")


@dataclass(frozen=True)
class Item:
    """One thing that can be reported; ``by_member`` says which side wrote it."""

    about: About
    about_id: uuid.UUID | None = None
    member: Member | None = None
    by_member: bool = False
    line_id: str = ""
    country: str = ""
    label: str = ""

    @property
    def code(self) -> str:
        """How a form names it."""
        return f"{self.about}:{self.about_id or self.line_id}"

    @property
    def is_words(self) -> bool:
        """Whether there is something to read."""
        return self.about != About.LINE


def behind_share(share: Share) -> list[Item]:
    """What a member reads behind the link of a share."""
    member = share.member
    given = Item(About.SHARE, share.public_id, member, label=_("What was shared"))
    answers = Reply.objects.conversation(share).filter(by_person=True)
    return [given, *_answers(answers), _whole(member, by_member=False)]


def behind_invitation(invitation: Invitation) -> list[Item]:
    """The letter, before a Yes."""
    member = invitation.member
    return [Item(About.INVITATION, invitation.public_id, member, label=_("The invitation"))]


def on_own_page(member: Member, replies: "models.QuerySet[Reply]") -> list[Item]:
    """What a member's own page holds: the person as a whole first, then each of their words."""
    found = [_whole(member, by_member=False), *_answers(replies.filter(by_person=True))]
    if member.shown_first_word:
        label = _("The first word to you")
        found.append(Item(About.FIRST_WORD, member.public_id, member, label=label))
    return found


def of_letter(reply: Reply) -> list[Item]:
    """A letter to the person, and whoever wrote it."""
    label = _("This letter")
    letter = Item(About.REPLY, reply.public_id, reply.member, by_member=True, label=label)
    return [letter, _whole(reply.member, by_member=True)]


def of_member(member: Member) -> list[Item]:
    """A member as the person knows them, and the words of their break."""
    found = [_whole(member, by_member=True)]
    if member.is_away and member.away_words and not member.away_hidden_at:
        label = _("The words about the break")
        away = Item(About.AWAY, member.public_id, member, by_member=True, label=label)
        found.append(away)
    return found


def of_line(country: str, line_id: str) -> list[Item]:
    """One helpline on a country's page."""
    return [Item(About.LINE, line_id=line_id, country=country)]


def thing(report: "Report") -> Any:
    """The row behind a report, or None when it is gone."""
    this = Q(public_id=report.about_id)
    if report.about == About.SHARE:
        return Share.objects.for_reading().filter(this).first()
    if report.about == About.REPLY:
        return Reply.objects.filter(this).select_related("member").first()
    if report.about == About.INVITATION:
        return Invitation.objects.with_member().filter(this).first()
    return report.member


def read(report: "Report") -> list[tuple[str, str]]:
    """The words of the item as pairs of label and text; none when it is gone."""
    found = thing(report)
    if found is None or report.about == About.LINE:
        return []
    if report.about == About.MEMBER:
        said = _read_standing(found, by_member=report.by_member)
    else:
        said = _READ[report.about](found)
    return [(label, text) for label, text in said if text]


def line_name(report: "Report") -> str:
    """What a reported helpline is called, as far as the shipped file knows it."""
    lines = [line for one in countries() if one.iso == report.country for line in one.lines]
    return next((line.name for line in lines if line.id == report.line_id), report.line_id)


def _read_share(share: Share) -> list[tuple[str, str]]:
    # A hidden share is read as it was given: the appeal is about what stood there.
    share.hidden_at = None
    given = share.given
    if given is None:
        return []
    said = given.words
    word = dict(Answer.Word.choices).get(said.word, said.word)
    return [
        (_("Word"), str(word)),
        (_("Note"), said.note),
        (_("Something that went well"), said.went_well),
        *_beside(share.member.circle),
    ]


def _read_standing(member: Member, *, by_member: bool) -> list[tuple[str, str]]:
    """What one side always reads of the other, whatever is sent."""
    if by_member:
        return [(_("When they usually answer"), member.answers_when)]
    beside = _beside(member.circle) if member.is_reading else []
    return [(_("What they call them"), member.name), *beside]


def _beside(circle: Circle) -> list[tuple[str, str]]:
    """What stands beside each thing a member reads of the person."""
    own = "\n".join(circle.gestures or [])
    return [(_("What helps"), circle.helps_me), (_("Gestures of their own"), own)]


def _read_reply(reply: Reply) -> list[tuple[str, str]]:
    return [(_("Gesture"), reply.gesture_label), (_("Words"), reply.words)]


_READ: dict[str, Any] = {
    About.SHARE: _read_share,
    About.REPLY: _read_reply,
    About.INVITATION: lambda found: [
        (_("What they call them"), found.member.name),
        (_("Words"), found.words),
    ],
    About.FIRST_WORD: lambda found: [(_("Words"), found.first_word)],
    About.AWAY: lambda found: [(_("Words"), found.away_words)],
}


def _whole(member: Member, *, by_member: bool) -> Item:
    return Item(About.MEMBER, member.public_id, member, by_member, label=_("All of it"))


def _answers(replies: Any) -> list[Item]:
    label = _("The letter “%(start)s”")
    return [
        Item(About.REPLY, reply.public_id, reply.member, label=label % {"start": _start(reply)})
        for reply in replies
    ]


def _start(reply: Reply) -> str:
    text = reply.words or reply.gesture_label
    return text if len(text) <= 40 else f"{text[:40]}…"
