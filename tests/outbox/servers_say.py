"""Reports as mail servers write them, whole: made up after the habits of each, at example.org.

``{to}`` is the return path of our mail. Beside each: what it must come to.
"""

# ruff: noqa: E501

from outbox.reports import News

_WHO = "anna@example.org"


def _report(sender: str, subject: str, note: str, fields: str, *, returned: str = "") -> str:
    back = returned or "Content-Type: text/rfc822-headers\n\nSubject: A hello for you\n"
    return (
        f"From: {sender}\nTo: <{{to}}>\nSubject: {subject}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="=_r"\n\n'
        f"--=_r\nContent-Type: text/plain; charset=utf-8\n\n{note}\n"
        f"--=_r\nContent-Type: message/delivery-status\n\n{fields}\n--=_r\n{back}\n--=_r--\n"
    )


_EXCHANGE_FIELDS = (
    "Reporting-MTA: dns;AM0PR01MB1.eurprd01.prod.outlook.example\n"
    "Received-From-MTA: dns;mail.example.org\nArrival-Date: Thu, 26 Nov 2026 08:00:00 +0000\n\n"
    f"Original-Recipient: rfc822;{_WHO}\nFinal-Recipient: rfc822;{_WHO}\nAction: failed\n"
    "Status: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient\n"
    " not found by SMTP address lookup\n"
)
_GMAIL_FIELDS = (
    "Reporting-MTA: dns; googlemail.example\nArrival-Date: Thu, 26 Nov 2026 00:00:01 -0800 (PST)\n"
    "X-Original-Message-ID: <abc@site.example>\n\n"
    f"Final-Recipient: rfc822; {_WHO}\nAction: {{action}}\nStatus: {{status}}\n"
    "Remote-MTA: dns; mx.example.org. (192.0.2.25, the server for the domain example.org.)\n"
    "Diagnostic-Code: smtp; {diagnosis}\nLast-Attempt-Date: Thu, 26 Nov 2026 00:00:02 -0800 (PST)\n"
)


def _gmail(action: str, status: str, diagnosis: str) -> str:
    fields = _GMAIL_FIELDS.format(action=action, status=status, diagnosis=diagnosis)
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.example>"
    return _report(
        sender, f"Delivery Status Notification ({action})", "** Address not found **", fields
    )


_EXIM = (
    f"Return-path: <>\nX-Failed-Recipients: {_WHO}\nAuto-Submitted: auto-replied\n"
    "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nTo: {to}\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="e"\nMIME-Version: 1.0\n'
    "Subject: Mail delivery failed: returning message to sender\n\n--e\n"
    "Content-type: text/plain; charset=us-ascii\n\nThis message was created automatically.\n\n"
    f"  {_WHO}\n    {{said}}\n\n--e\nContent-type: message/delivery-status\n\n"
    f"Reporting-MTA: dns; mx.example.org\n\nAction: failed\nFinal-Recipient: rfc822;{_WHO}\n"
    "Status: 5.0.0\n{more}\n--e\nContent-type: message/rfc822\n\nSubject: A hello\n\nHi\n\n--e--\n"
)


def _exim(said: str, *, remote: bool = True) -> str:
    more = f"Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; {said}\n" if remote else ""
    return _EXIM.replace("{said}", said).replace("{more}", more)


_POSTFIX = "MAILER-DAEMON@mx.example.org (Mail Delivery System)"


def _postfix(action: str, status: str, diagnosis: str) -> str:
    fields = (
        "Reporting-MTA: dns; mx.example.org\nX-Postfix-Queue-ID: 4XyZ\n"
        "X-Postfix-Sender: rfc822; {to}\nArrival-Date: Thu, 26 Nov 2026 09:00:00 +0100 (CET)\n\n"
        f"Final-Recipient: rfc822; {_WHO}\nOriginal-Recipient: rfc822;{_WHO}\nAction: {action}\n"
        f"Status: {status}\nRemote-MTA: dns; mx.example.net\nDiagnostic-Code: {diagnosis}\n"
    )
    return _report(_POSTFIX, "Undelivered Mail Returned to Sender", "I'm sorry", fields)


_SENDMAIL = _report(
    "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>",
    "Returned mail: see transcript for details",
    "   ----- The following addresses had permanent fatal errors -----\n"
    f"<{_WHO}>\n    (reason: 550 5.1.1 <{_WHO}>... User unknown)",
    "Reporting-MTA: dns; mx.example.org\nReceived-From-MTA: DNS; site.example\n\n"
    f"Final-Recipient: RFC822; {_WHO}\nAction: failed\nStatus: 5.1.1\n"
    f"Diagnostic-Code: SMTP; 550 5.1.1 <{_WHO}>... User unknown\n",
)
_OLD_EXCHANGE = (
    "From: System Administrator <postmaster@example.org>\nTo: {to}\n"
    "Subject: Undeliverable: A hello for you\nContent-Type: text/plain\n\n"
    "Your message did not reach some or all of the intended recipients.\n\n"
    f"      {_WHO} on 26/11/2026 09:00\n            The e-mail account does not exist.\n"
    "            < mx.example.org #5.1.1 smtp; 550 5.1.1 unknown>\n"
)
_FULL_HOUSE = _postfix("failed", "5.2.2", "smtp; 552 5.2.2 The mailbox is over quota")
_READ_RECEIPT = (
    "From: Anna <anna@example.org>\nTo: {to}\nSubject: Gelesen: A hello for you\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="m"\n\n'
    "--m\nContent-Type: text/plain\n\nIhre Nachricht wurde am 26.11.2026 gelesen.\n--m\n"
    "Content-Type: message/disposition-notification\n\nReporting-UA: Somebody\n"
    f"Final-Recipient: rfc822;{_WHO}\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--m--\n"
)
# A feedback loop that hides the reader, and names our mail by its return path alone.
_COMPLAINT = (
    "From: staff@feedback.example.com\nTo: <{to}>\nSubject: complaint about message\n"
    'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary="f"\n\n'
    "--f\nContent-Type: text/plain\n\nThis is an abuse report.\n--f\n"
    "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Loop/2.0\n"
    "Version: 0.1\nOriginal-Mail-From: <{to}>\nRedacted-Address: redacted\n--f\n"
    "Content-Type: message/rfc822\n\nReturn-Path: <{to}>\nSubject: A hello for you\n\nHi\n--f--\n"
)

SAID: dict[str, tuple[str, News]] = {
    "postfix, nobody there": (
        _postfix("failed", "5.1.1", f"smtp; 550 5.1.1 <{_WHO}>: User unknown"), News.GONE),
    "postfix, no such domain": (
        _postfix("failed", "5.4.4", "X-Postfix; Host or domain name not found"), News.RETURNED),
    "postfix, given up after five days": (
        _postfix("failed", "4.4.1", "X-Postfix; connect to mx.example.org: timed out"),
        News.RETURNED),
    "postfix, a delay": (
        _postfix("delayed", "4.4.1", "X-Postfix; connect to mx: timed out"), News.NOTHING),
    "postfix, a full mailbox": (_FULL_HOUSE, News.RETURNED),
    "postfix, our own address is refused": (
        _postfix("failed", "5.1.8", "smtp; 550 5.1.8 Sender address rejected: Domain not found"),
        News.RETURNED),
    "postfix, our own address is odd": (
        _postfix("failed", "5.1.7", "smtp; 553 5.1.7 Bad sender address syntax"), News.RETURNED),
    "postfix, unwanted there": (
        _postfix("failed", "5.7.1", "smtp; 550 5.7.1 Message rejected as spam"), News.RETURNED),
    "exim, nobody there": (_exim(f"550 5.1.1 <{_WHO}>: unknown user"), News.GONE),
    "exim, by its own word": (_exim("Unrouteable address", remote=False), News.RETURNED),
    "exchange online": (
        _report(
            "postmaster@outlook.example", "Undeliverable: A hello for you",
            "Your message couldn't be delivered.", _EXCHANGE_FIELDS,
            returned="Content-Type: message/rfc822\n\nSubject: A hello for you\n\nHi\n",
        ), News.GONE),
    "exchange of old, in prose": (_OLD_EXCHANGE, News.GONE),
    "gmail, nobody there": (
        _gmail("failed", "5.1.1", "550-5.1.1 The email account that you tried does not exist"),
        News.GONE),
    "gmail, a delay": (_gmail("delayed", "4.4.1", "451 4.4.1 read error"), News.NOTHING),
    "gmail, too much mail": (
        _gmail("failed", "4.2.1", "450-4.2.1 The user is receiving mail too quickly"),
        News.RETURNED),
    "sendmail": (_SENDMAIL, News.GONE),
    "a read receipt": (_READ_RECEIPT, News.NOTHING),
    "a complaint": (_COMPLAINT, News.COMPLAINT),
}  # fmt: skip


def saying(name: str, to: str) -> bytes:
    """The whole report of one server about the mail of that return path."""
    return SAID[name][0].replace("{to}", to).encode()
