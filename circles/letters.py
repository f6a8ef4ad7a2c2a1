"""The words of the mails this room sends. Nothing here reads or writes the database."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Person
from library.frames import Said
from outbox import links
from outbox.links import Link
from outbox.mail import Mail, Texts, compose, preview
from vault import ring

if TYPE_CHECKING:
    from circles.models import Member

_NOBODY = uuid.UUID(int=0)


def invitation(
    *,
    person: Person,
    name: str,
    words: str,
    language: str,
    link: Link,
    own_address: bool = False,
) -> Mail:
    """The one mail before consent: who asks, in their words, what it means, and three answers.

    ``own_address`` says that the invitee typed it and not the person.
    """
    with translation.override(language):
        context = {
            "called": Said(person.called),
            "name": Said(name),
            "words": Said(words),
            "operator": settings.OPERATOR_EMAIL,
            "own_address": own_address,
        }
        subject = gettext("%(called)s would like to stay in touch") % context
    return compose(
        "circles/mail/invitation",
        context,
        subject=subject,
        language=language,
        links={"letter": link},
        from_name=person.called,
        reply_to=link,
    )


def draft(*, person: Person, name: str, words: str) -> Texts:
    """The invitation as it would arrive; its links open nothing."""
    link = Link("i", _NOBODY)
    return preview(
        invitation(person=person, name=name, words=words, language=person.language, link=link)
    )


def own_page(member: "Member", *, language: str) -> Mail:
    """A fresh link to the member's own page, because they asked for one."""
    person = member.circle.person
    with translation.override(language):
        context = {"called": Said(person.called), "name": Said(member.name)}
        subject = gettext("Your page for %(called)s") % context
    return compose(
        "circles/mail/own_page",
        context,
        subject=subject,
        language=language,
        links={"page": member.own_link},
        from_name=person.called,
        unsubscribe=member.stop_link,
        reply_to=member.own_link,
        country=member.country,
    )


def lost(person: Person) -> Mail:
    """That mail to somebody in the circle comes back; who it is stands on the page alone."""
    with translation.override(person.language):
        return compose(
            "circles/mail/lost",
            {
                "name": Said(person.called),
                "plain": person.plain_mail,
                "link": settings.SITE_URL + reverse("today"),
            },
            subject=gettext("You have a message"),
            language=person.language,
            country=person.country,
        )


def told_more(person: Person) -> Mail:
    """That a program of theirs let somebody hear more; who it is stands on the page alone."""
    with translation.override(person.language):
        return compose(
            "circles/mail/told_more",
            {
                "name": Said(person.called),
                "plain": person.plain_mail,
                "link": settings.SITE_URL + reverse("who_sees_what"),
                "programs": settings.SITE_URL + reverse("programs"),
            },
            subject=gettext("You have a message"),
            language=person.language,
            country=person.country,
        )


def by_hand(member: "Member") -> str:
    """The ready text around the one-use link, for any messenger."""
    newest = ring.newest(ring.parse(settings.LINK_KEYS))
    return gettext("Hi %(name)s. %(words)s\n\nThis link explains it: %(link)s") % {
        "name": member.name,
        "words": member.invitation.words,
        "link": links.url(member.invitation.hand_link, newest),
    }
