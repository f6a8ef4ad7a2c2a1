"""The mailbox of one machine shows every mail, and lets none of them do anything."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client, override_settings

from supportnet.local.mailbox import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(tmp_path: Path, now):
    with override_settings(VAR_DIR=tmp_path):
        box = Mailbox(tmp_path / "mailbox")
        box.keep(_mail(), sender="us@example.org", recipient="alex@example.org", now=now)
        yield box


def _mail(subject: str = "A hello for you", html: str = "<p>Warm <b>words</b></p>") -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "SupportNet <us@example.org>", "Alex"
    mail.set_content("Plain words\nhttp://127.0.0.1/l/abc")
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def test_newest_mail_stands_first(client: Client, mailbox: Mailbox, now) -> None:
    later = now.replace(minute=1)
    mailbox.keep(_mail("Second"), sender="", recipient="sam@example.org", now=later)
    page = client.get("/mailbox/").content.decode()
    assert page.index("Second") < page.index("A hello for you")
    assert "alex@example.org" in page


def test_empty_mailbox_says_so(client: Client, tmp_path: Path) -> None:
    with override_settings(VAR_DIR=tmp_path):
        assert "Nothing has arrived yet" in client.get("/mailbox/").content.decode()


def test_one_mail_is_shown_as_page_text_and_source(client: Client, mailbox: Mailbox) -> None:
    (letter,) = mailbox.letters()
    page = client.get(f"/mailbox/{letter.name}/").content.decode()
    assert "Plain words" in page
    assert "Delivered-To: alex@example.org" in page
    assert "&lt;p&gt;Warm" in page
    shown = client.get(f"/mailbox/{letter.name}/page/")
    assert "<p>Warm <b>words</b></p>" in shown.content.decode()


def test_mail_runs_nothing_and_loads_nothing(client: Client, mailbox: Mailbox) -> None:
    (letter,) = mailbox.letters()
    answer = client.get(f"/mailbox/{letter.name}/page/")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_only_names_of_mails_are_opened(client: Client, mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "secrets.eml").write_text("SECRET_KEY=1")
    for name in ("..%2Fsecrets", "secrets", "20261126T080000000000-00000000"):
        assert client.get(f"/mailbox/{name}/").status_code == 404


def test_broken_mail_does_not_break_the_list(client: Client, mailbox: Mailbox, now) -> None:
    head = b"Subject: =?utf-8?b?\xff?=\r\nTo: \x0b\r\nContent-Type: text/plain; charset=none\r\n"
    broken = head + b"\r\n\xff"
    mailbox.keep(broken, sender="", recipient="x@example.org", now=now)
    for letter in mailbox.letters():
        assert client.get(f"/mailbox/{letter.name}/").status_code == 200
    assert client.get("/mailbox/").status_code == 200
