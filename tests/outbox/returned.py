"""What mail servers write when they give a mail back: Postfix, Exim, Exchange, qmail."""

_REPORT = """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r1"

--r1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--r1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Thu, 26 Nov 2026 08:00:00 +0000

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnosis}

--r1
Content-Type: text/rfc822-headers

Return-Path: <{about}>
Subject: A hello for you

--r1--
"""

_COMPLAINT = """\
From: feedback@mailbox.example.com
To: {to}
Subject: FW: A hello for you
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="r2"

--r2
Content-Type: text/plain

This is an email abuse report.

--r2
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Somebody/1.0
Version: 1
Original-Mail-From: <{about}>

--r2
Content-Type: message/rfc822

Return-Path: <{about}>
From: hello@supportnet.localhost
Subject: A hello for you

Hi.
--r2--
"""


def report(
    to: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnosis: str = "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown",
    about: str = "",
) -> bytes:
    """A report by RFC 3464, as Postfix and Exchange write it."""
    subject = "Undelivered Mail Returned to Sender"
    return _REPORT.format(
        to=to, action=action, status=status, diagnosis=diagnosis, subject=subject, about=about or to
    ).encode()


def complaint(about: str, *, to: str = "complaints@back.example.org") -> bytes:
    """A report of somebody who pressed "this is spam" (RFC 5965)."""
    return _COMPLAINT.format(to=to, about=about).encode()


def by_exim(to: str) -> bytes:
    """No report, but a header that says it."""
    return (
        f"From: Mail Delivery System <Mailer-Daemon@mx.example.org>\r\nTo: {to}\r\n"
        "X-Failed-Recipients: anna@example.org\r\nAuto-Submitted: auto-replied\r\n"
        "Subject: Mail delivery failed: returning message to sender\r\n\r\n"
        "A message that you sent could not be delivered to all of its recipients.\r\n\r\n"
        "  anna@example.org\r\n    550 5.1.1 no such mailbox\r\n"
    ).encode()


def by_qmail(to: str) -> bytes:
    """Prose alone."""
    return (
        f"From: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nSubject: failure notice\r\n\r\n"
        "Hi. This is the qmail-send program at mx.example.org.\r\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        "<anna@example.org>:\r\n192.0.2.1 does not like recipient.\r\n"
        "Remote host said: 550 no such user here\r\nGiving up on 192.0.2.1.\r\n"
    ).encode()


def warning(to: str) -> bytes:
    """Prose about a delay."""
    return (
        f"From: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nSubject: Warning: not yet sent\r\n\r\n"
        "Your message could not be delivered for 4 hours. It will be retried.\r\n"
    ).encode()


def vacation(to: str) -> bytes:
    """Somebody is away: vacation programs write to the return path too."""
    return (
        f"From: Anna <anna@example.org>\r\nTo: {to}\r\nSubject: Away\r\n"
        "Auto-Submitted: auto-replied\r\n\r\nI am away until the 550th of May.\r\n"
    ).encode()
