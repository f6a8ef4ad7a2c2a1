"""Answers by mail: the same words, limits and verbs as on the page, for those who press Reply."""

import datetime as dt
from collections.abc import Callable

from checkins.forms.reply import ReplyForm
from checkins.models import CheckIn, Reply, Share
from checkins.models.reply import TooMany
from circles.models import Member
from outbox.links import Answering, Link, NotTaken
from outbox.models import Mailbox


def _to_share(share: Share, words: str, key: str, now: dt.datetime) -> None:
    _take(lambda said: share.reply(words=said, mail_key=key, now=now), words, key)


def _hello(member: Member, words: str, key: str, now: dt.datetime) -> None:
    _take(lambda said: Reply.objects.hello(member, words=said, mail_key=key, now=now), words, key)


def _take(say: Callable[[str], object], words: str, key: str) -> None:
    if Reply.objects.came_by(key):
        return
    form = ReplyForm({"words": words}, gestures=[])
    if not form.is_valid():
        raise NotTaken(" ".join(str(error) for errors in form.errors.values() for error in errors))
    try:
        say(form.cleaned_data["words"])
    except TooMany as many:
        raise NotTaken(str(many)) from None


def _own_mailbox(check_in: CheckIn) -> Mailbox | None:
    return check_in.person.mailbox


# The person's own words are not taken by mail: their page keeps to what each member hears.
TO_CHECK_IN = Answering(_own_mailbox, link=lambda check_in: Link("c", check_in.public_id))
TO_SHARE = Answering(
    lambda share: share.member.mailbox,
    link=lambda share: Link("s", share.public_id, share.member.generation),
    take=_to_share,
)
TO_PERSON = Answering(
    lambda member: member.mailbox, link=lambda member: member.own_link, take=_hello
)
# Today needs no link of its own: the mail says where it is.
TO_LETTERS = Answering(lambda person: person.mailbox, link=lambda person: None)
