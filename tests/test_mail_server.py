"""The mail server of the tests is a real one, so it is tested like one."""

import smtplib

import pytest

from tests.mail_server import MailServer


def _send(server: MailServer, to: str = "alex@example.org") -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=0.5) as line:
        line.sendmail("us@example.org", [to], b"Subject: A hello\r\n\r\nGood to see you.\r\n")


def test_keeps_what_it_took(smtp: MailServer) -> None:
    _send(smtp)
    assert [(mail.to, mail.subject) for mail in smtp.mails] == [("alex@example.org", "A hello")]
    assert smtp.to("alex@example.org")[0].text.strip() == "Good to see you."


def test_answers_as_told_and_then_behaves(smtp: MailServer) -> None:
    smtp.answer("RCPT", "450 Later", "550 Never")
    for code in (450, 550):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            _send(smtp)
        assert refused.value.recipients["alex@example.org"][0] == code
    _send(smtp)
    assert len(smtp.mails) == 1


def test_hangs_until_it_recovers(smtp: MailServer) -> None:
    smtp.hang("DATA")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(smtp)
    smtp.recover()
    _send(smtp)
    assert len(smtp.mails) == 1


def test_takes_a_mail_and_drops_the_line(smtp: MailServer) -> None:
    smtp.drop("DATA")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(smtp)
    assert len(smtp.mails) == 1
