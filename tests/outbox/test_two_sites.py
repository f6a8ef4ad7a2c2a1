"""Two sites like this one write to each other: it ends, whatever stands in between."""

import datetime as dt
import re
from typing import Any

import pytest

from outbox import inbound
from outbox.work import work
from tests.mail_server import Mail, MailServer

pytestmark = pytest.mark.django_db
FIRST = b"From: Mina <answers@answers.b.example>\nTo: answers@answers.a.example\n\nHi\n"
_SAYS_SO = re.compile(rb"^(?:Auto-Submitted|X-Auto-Response-Suppress|Precedence):.*\r\n", re.M)


def written_by(site: str, raw: bytes, sender: str, smtp: MailServer, now: Any) -> list[Mail]:
    """What the site at this domain sends when this mail comes in."""
    before = len(smtp.mails)
    inbound.receive(raw, sender=sender, recipients=[f"answers@answers.{site}"], now=now)
    work(clock=lambda: now)
    return smtp.mails[before:]


@pytest.mark.parametrize(("stripped", "most"), [(False, 1), (True, 3)])
def test_two_sites_that_answer_each_other_stop(
    stripped: bool, most: int, now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    """Our answers say that a machine wrote them. Where a server on the way takes that out, each
    address is answered once a day."""
    raw, sender = FIRST, "answers@answers.b.example"
    for turn in range(12):
        site = ("a.example", "b.example")[turn % 2]
        settings.REPLY_DOMAIN, settings.BOUNCE_DOMAIN = f"answers.{site}", f"back.{site}"
        settings.MAIL_FROM = f"hello@{site}"
        mails = written_by(site, raw, sender, smtp, now + turn * dt.timedelta(minutes=1))
        if not mails:
            break
        [mail] = mails
        raw, sender = mail.content, mail.sender
        if stripped:
            raw = _SAYS_SO.sub(b"", raw)
            assert b"Auto-" not in raw

    assert 1 <= len(smtp.mails) <= most
    assert not written_by(site, raw, sender, smtp, now)
