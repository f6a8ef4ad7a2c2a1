"""What mails between a person and their circle say. Templates hold the sentences."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.names import first_word
from checkins.words import Words
from library.context import Help, help_for
from library.frames import Said
from library.helplines import Listed, lines_for
from outbox import mail
from outbox.links import Link

if TYPE_CHECKING:
    from accounts.models import Person
    from checkins.models import Answer, Reply, Share
    from checkins.sharing import Given
    from circles.models import Member

LINES_IN_A_MAIL = 3
# From then on the name of a weekday means another day.
A_WEEK = 7
# A link that ends sooner than this is not sent any more.
_READ_WITHIN = dt.timedelta(days=2)


@dataclass(frozen=True)
class Place:
    """Where one of the two people is, and whom they can call there."""

    help: Help
    lines: list[Listed]


def share_mail(shares: Sequence["Share"], *, leaves_at: dt.datetime) -> mail.Mail:
    """The mail that brings these shares, the newest first, to one member."""
    member = shares[0].member
    if member.plain_mail:
        return _plainly(member, _page(shares[0]))
    with translation.override(_language(member)):
        heard = [share.given for share in shares]  # worked out anew each time
        oldest_first = reversed(list(zip(shares, heard, strict=True)))
        items = [_item(share, given, leaves_at) for share, given in oldest_first]
        context = {
            "items": items,
            "behind": sum(item["behind_link"] for item in items),
            "just_listen": any(item["just_listen"] for item in items),
        }
        if heard[0] is not None and heard[0].hard_day:
            return _hard_day(shares[0], heard[0], items[-1], leaves_at)
        if all(item["hello"] for item in items):
            to = _page(shares[0])
            return _to_member(member, "mail/hello", context, button=member.own_link, reply_to=to)
        told = zip(shares, reversed(items), strict=True)
        newest = next(share for share, item in told if not item["hello"])
        return _to_member(member, "mail/share", context, button=_page(newest))


def person_answer(answer: "Reply") -> mail.Mail:
    """What the person answered to a member; the words themselves only where mails may hold them."""
    member = answer.member
    share = answer.share
    alive = share is not None and answer.made_at + _READ_WITHIN < share.link_ends_at()
    page = _page(share) if share is not None and alive else member.own_link
    with translation.override(_language(member)):
        context = {"answer": answer, "in_mail": member.in_mail}
        return _to_member(member, "mail/reply_answer", context, button=page)


def fresh_link(share: "Share") -> mail.Mail:
    """A new link to something the member was given before. It holds no words of anybody."""
    with translation.override(_language(share.member)):
        return _to_member(share.member, "mail/share_fresh", {}, button=_page(share))


def it_helped(reply: "Reply") -> mail.Mail:
    """That a member's words helped. It holds no words of anybody."""
    with translation.override(_language(reply.member)):
        return _to_member(reply.member, "mail/thanks", {}, button=reply.member.own_link)


def notice(replies: Sequence["Reply"]) -> mail.Mail:
    """That somebody wrote to the person; their words only if the person wants them by mail."""
    person = replies[0].member.circle.person
    language = person.mailbox.language if person.mailbox else person.language
    names = list(dict.fromkeys(reply.member.name for reply in replies))
    short = first_word(names[0])
    with translation.override(language):
        return mail.compose(
            "mail/reply",
            {
                "name": person.called,
                "names": names,
                "replies": replies,
                "with_words": person.reply_mail == person.ReplyMail.WORDS,
                "plain": person.plain_mail,
                "link": settings.SITE_URL + reverse("today"),
                "settings_url": settings.SITE_URL + reverse("settings"),
            },
            subject=_subject(short if len(names) == 1 else "", plain=person.plain_mail),
            from_name="" if person.plain_mail else short,
            language=language,
            unsubscribe=Link("r", person.public_id),
            reply_to=Link("r", person.public_id),
            country=person.country,
        )


def _hard_day(
    share: "Share", given: "Given", item: dict[str, Any], leaves_at: dt.datetime
) -> mail.Mail:
    member, said = share.member, given.words
    person = _person(member)
    theirs = _place(person.country, leaves_at)
    places = [theirs]
    if member.country and member.country != person.country:
        places = [_place(member.country, leaves_at), theirs]
    context = {
        "item": item,
        "has_words": said != Words(word=said.word),
        "just_listen": said.just_listen,
        "helps_me": Said(member.circle.helps_me),
        "in_danger": theirs.help.emergency_number,
        "elsewhere": theirs.help.country_name if member.country != person.country else "",
        "places": places,
    }
    template = "mail/hard_day" if item["in_mail"] else "mail/hard_day_link"
    return _to_member(member, template, context, button=_page(share))


def _to_member(
    member: "Member",
    template: str,
    context: dict[str, Any],
    *,
    button: Link,
    reply_to: Link | None = None,
) -> mail.Mail:
    if member.plain_mail:
        return _plainly(member, button)
    person = _person(member)
    short = first_word(person.display_name)
    return mail.compose(
        template,
        {
            "name": Said(member.name),
            "person": Said(person.called),
            **context,
        },
        subject=_subject(short),
        from_name=short,
        language=_language(member),
        links={"page": button, "own": member.own_link},
        unsubscribe=member.stop_link,
        reply_to=reply_to or _answers_to(member, button),
        country=member.country,
    )


def _answers_to(member: "Member", button: Link) -> Link:
    # Pressing Reply answers what the mail brought; where it brought nothing, it is a hello.
    return button if button.purpose == "s" else Link("h", member.public_id, member.generation)


def _plainly(member: "Member", button: Link) -> mail.Mail:
    # It names nobody and holds no words; even a hello stands on its page, and only there.
    with translation.override(_language(member)):
        return mail.compose(
            "mail/plain",
            {},
            subject=_subject("", plain=True),
            language=_language(member),
            links={"page": button, "own": member.own_link},
            unsubscribe=member.stop_link,
            reply_to=_answers_to(member, button),
            country=member.country,
        )


def _item(share: "Share", given: "Given | None", leaves_at: dt.datetime) -> dict[str, Any]:
    """One share as a mail tells of it; ``day`` is empty on the day itself, and has its date later.

    A hello is the whole message and no page stands behind it; ``in_mail`` says that the words stand
    in the mail itself, ``behind_link`` that they stand on the page and nowhere else.
    """
    day = share.check_in.local_date
    days = (share.check_in.person.today(leaves_at) - day).days
    answer = share.answer
    hello = given is not None and given.hello
    in_mail = given is not None and given.in_mail and not hello
    item = {
        "day": _day(day) if days >= A_WEEK else date_format(day, "l") if days else "",
        "hello": hello,
        "in_mail": in_mail,
        "behind_link": not (hello or in_mail),
        "just_listen": False,
    }
    if given is not None and answer is not None and in_mail:
        item |= _told(answer, given.words)
    return item


def _day(day: dt.date) -> str:
    return date_format(day, pgettext("a day, in Django's date format", "l j F"))


def _told(answer: "Answer", said: Words) -> dict[str, Any]:
    """The words of an answer as they stand in a mail; being listened to has a line of its own."""
    labels = _labels(answer.Help)
    wishes = [str(labels[one]) for one in said.would_help if one != answer.Help.JUST_LISTEN]
    return {
        "word": Said(_labels(answer.Word).get(said.word, "")),
        "note": Said(said.note),
        "went_well": Said(said.went_well),
        "would_help": Said(", ".join(wishes)),
        "just_listen": said.just_listen,
    }


@cache
def _labels(choices: type[TextChoices]) -> dict[str, Any]:
    # Lazy: each is read in the language of its mail.
    return dict(choices.choices)


def _subject(short: str, *, plain: bool = False) -> str:
    if plain:
        return _("You have a message")
    return _("A note from %(name)s") % {"name": short} if short else _("A note for you")


def _place(country: str, now: dt.datetime) -> Place:
    found = lines_for(country, now) if country else []
    grown_up = [listed for listed in found if not listed.line.for_young]
    return Place(help_for(country), grown_up[:LINES_IN_A_MAIL])


def _page(share: "Share") -> Link:
    return Link("s", share.public_id, share.member.generation)


def _person(member: "Member") -> "Person":
    return member.circle.person


def _language(member: "Member") -> str:
    return member.mailbox.language if member.mailbox else _person(member).language
