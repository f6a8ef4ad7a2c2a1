"""One mail of every kind the product sends, each made by what people do."""

import datetime as dt
import re
from collections.abc import Iterator

from django.test import Client
from django.utils import timezone

from accounts.models import Token
from checkins.models import Reply
from circles.tasks import look_after_mail
from outbox import inbound
from supportnet.tasks import purge
from tests import factories
from tests.bad_input.house import MINUTE, House, done, opened
from tests.mail_server import Mail

CANARY = "canary under the stairs"
_LOCAL = re.compile(r"http://127\.0\.0\.1:8000([^\s\"'<>\]]*)")


def code(house: House) -> Mail:
    """The mail with a sign-in code."""
    done(Client().post("/", {"email": house.ada.email}))
    return house.post_comes()[-1]


def invitation(house: House) -> Mail:
    """The one mail before consent."""
    return house.invite()


def asking(house: House) -> Mail:
    """The mail that asks how somebody is."""
    return house.ask()


def asking_plainly(house: House) -> Mail:
    """The same in the plainest form."""
    house.person.post("/settings/mail/", {"plain_mail": "on", "reply_mail": "notice"})
    return house.ask()


def hello(house: House) -> Mail:
    """Somebody said hello, and that is all."""
    factories.member(person=house.ada, name="Mina", level="hello")
    return house.say(word="heavy", note=CANARY)[-1]


def share(house: House) -> Mail:
    """Something behind a link."""
    factories.member(person=house.ada, name="Mina", level="words")
    return house.say(word="heavy", note=CANARY)[-1]


def share_in_mail(house: House) -> Mail:
    """Something in the mail itself."""
    factories.member(person=house.ada, name="Mina", level="words", in_mail=True)
    return house.say(word="heavy", note=CANARY)[-1]


def hard_day(house: House) -> Mail:
    """A really hard day, told behind a link."""
    return _told(house, hard_day_in_mail=False)


def hard_day_in_mail(house: House) -> Mail:
    """A really hard day, told in the mail itself."""
    return _told(house, hard_day_in_mail=True)


def notice(house: House) -> Mail:
    """Somebody in the circle wrote."""
    mail = share(house)
    browser = Client()
    done(browser.post(opened(browser, mail, "s"), {"gesture": "call", "words": CANARY}))
    house.wait(MINUTE)
    return house.post_comes()[-1]


def notice_with_words(house: House) -> Mail:
    """The same with the words in it, because the person wants them there."""
    house.person.post("/settings/mail/", {"reply_mail": "words"})
    return notice(house)


def answer(house: House) -> Mail:
    """What the person answered."""
    notice(house)
    done(house.person.post(_reply(house), {"choice": "tonight", "words": CANARY}))
    house.wait(MINUTE)
    return house.post_comes()[-1]


def helped(house: House) -> Mail:
    """That it helped."""
    notice(house)
    done(house.person.post(_reply(house), {"do": "helped"}))
    house.wait(MINUTE)
    return house.post_comes()[-1]


def fresh(house: House) -> Mail:
    """A fresh link, asked for on a dead page."""
    mail = share(house)
    house.wait(dt.timedelta(days=15))
    Client().post(opened_once(mail), {"fresh": "1"})
    return house.post_comes()[-1]


def own_page(house: House) -> Mail:
    """A fresh link to the member's own page."""
    mail = share(house)
    house.wait(dt.timedelta(days=100))
    Client().post(opened_once(mail, "y"), {"fresh": "1"})
    return house.post_comes()[-1]


def share_plainly(house: House) -> Mail:
    """The plainest form for a member, though the person lets the mail itself say it."""
    factories.member(person=house.ada, name="Mina", level="words", in_mail=True, plain_mail=True)
    return house.say(word="heavy", note=CANARY)[-1]


def sleep(house: House) -> Mail:
    """A year has passed, and the account would go to sleep."""
    house.wait(dt.timedelta(days=400))
    purge()
    return house.post_comes()[-1]


def lost(house: House) -> Mail:
    """Mail to somebody in the circle comes back."""
    member = factories.member(person=house.ada, name="Mina")
    assert member.mailbox is not None
    member.mailbox.bounce(now=timezone.now())
    look_after_mail()
    return house.post_comes()[-1]


def told_more(house: House) -> Mail:
    """A program of the person's lets somebody hear more."""
    member = factories.member(person=house.ada, name="Mina", level="hello")
    _row, text = Token.objects.give(house.ada, name="Clock", scope="all", now=timezone.now())
    program = Client(headers={"Authorization": f"Bearer {text}"})
    body = {"data": {"level": "words"}, "content_type": "application/json"}
    assert program.patch(f"/api/v1/members/{member.public_id}/", **body).status_code == 200
    return house.post_comes()[-1]


def word_back(house: House) -> Mail:
    """Somebody answered a mail that cannot be answered by mail."""
    raw = b"From: mina@example.org\r\nTo: answers@answers.example.org\r\n\r\n" + CANARY.encode()
    inbound.receive(raw, now=timezone.now())
    return house.post_comes()[-1]


EVERY_KIND = [
    code,
    invitation,
    asking,
    asking_plainly,
    hello,
    share,
    share_in_mail,
    hard_day,
    hard_day_in_mail,
    notice,
    notice_with_words,
    answer,
    helped,
    fresh,
    own_page,
    share_plainly,
    sleep,
    lost,
    told_more,
    word_back,
]


def opened_once(mail: Mail, letter: str = "s") -> str:
    """The link as it stands in the mail."""
    return next(path for path in paths_in(mail) if path.startswith(f"/l/{letter}"))


def paths_in(mail: Mail) -> list[str]:
    """Every address of ours in a mail, wherever it stands, as a path."""
    head = str(mail.message["List-Unsubscribe"] or "")
    return sorted(set(_found(f"{mail.text}\n{mail.html}\n{head}")))


def _found(text: str) -> Iterator[str]:
    for match in _LOCAL.finditer(text):
        yield match[1].rstrip(".,)>") or "/"


def _told(house: House, *, hard_day_in_mail: bool) -> Mail:
    member = factories.member(
        person=house.ada, name="Mina", level="ask", hard_day_in_mail=hard_day_in_mail
    )
    near = done(house.person.post("/today/", {"word": "really_hard", "note": CANARY}))
    house.person.post(near, {"member": str(member.public_id)})
    house.wait(MINUTE)
    return house.post_comes()[-1]


def _reply(house: House) -> str:
    return f"/reply/{Reply.objects.to_person(house.ada).get().public_id}/"
