"""What mail providers report by webhook: guarded, closed unless set up, and of one effect."""

import base64
import datetime as dt
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart

from outbox import returns
from outbox.models import Mailbox, Message
from outbox.work import work
from tests import factories
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
SECRET = "provider:a-long-password"
ANNA = "anna@example.org"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _set_up(settings: Any) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "postmark", SECRET
    settings.REPLY_DOMAIN = "answers.example.org"


@pytest.fixture
def mail(now: dt.datetime) -> Message:
    message = factories.message(mailbox=factories.mailbox(address=ANNA, now=now - DAY), now=now)
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=now, body=None)
    return Message.objects.get()


def bounce(message: Message | None = None, **fields: Any) -> dict[str, Any]:
    told = {"RecordType": "Bounce", "Type": "HardBounce", "Email": ANNA, "ID": 1}
    told |= {"Details": "smtp;550 5.1.1 user unknown", "BouncedAt": "2026-11-26T08:00:01Z"}
    metadata = {"mail": returns.token(message)} if message else {}
    return told | {"Metadata": metadata} | fields


def tell(
    event: Any,
    path: str = "postmark/tracking",
    secret: str = SECRET,
    kind: str = "application/json",
) -> int:
    shown = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
    client = Client(raise_request_exception=False)
    body = event if isinstance(event, bytes) else json.dumps(event)
    with time_machine.travel(dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC), tick=False):
        answered = client.post(
            f"/inbound/{path}/",
            body,
            content_type=kind,
            headers=shown if secret else {},
        )
    return int(answered.status_code)


def box() -> Mailbox:
    return Mailbox.objects.get(address_hash=Mailbox.objects.of_address(ANNA)[0].address_hash)


def test_a_bounce_stops_the_address_once(mail: Message) -> None:
    for _ in range(5):
        assert tell(bounce(mail)) == 204
    assert box().bounced_at == dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)


def test_events_in_any_order_have_one_effect(mail: Message) -> None:
    delivered = {"RecordType": "Delivery", "Recipient": ANNA, "DeliveredAt": "2026-11-26T08:00:00Z"}
    for event in (delivered, bounce(mail), delivered, bounce(mail, Type="Transient"), bounce(mail)):
        assert tell(event) == 204
    assert box().bounced_at is not None


def test_without_a_token_the_address_tells_but_only_what_is_true_of_it(mail: Message) -> None:
    assert tell(bounce(Details="smtp;552 5.2.2 mailbox full")) == 204
    assert box().bounced_at is None
    assert tell(bounce()) == 204
    assert box().bounced_at is not None


def test_a_bounce_from_before_the_address_was_given_anew_counts_no_more(mail: Message) -> None:
    later = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
    Mailbox.objects.give(ANNA, key_id=mail.key_id, language="en", now=later)
    for event in (bounce(mail), bounce()):
        tell(event)
    assert box().bounced_at is None


def test_a_complaint_ends_routine_mail(mail: Message) -> None:
    complaint = {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": ANNA, "ID": 2}
    for _ in range(3):
        assert tell({**complaint, "BouncedAt": "2026-11-26T08:00:01Z"}) == 204
    assert (box().suppressed_at is not None, box().bounced_at) == (True, None)


@pytest.mark.parametrize("secret", ["", "provider:wrong", "provider:"])
def test_nobody_without_the_secret_is_heard(secret: str, mail: Message) -> None:
    assert tell(bounce(mail), secret=secret) == 404
    assert box().bounced_at is None


@pytest.mark.parametrize(
    "path", ["mailjet/tracking", "postmark/other", "nobody/tracking", "mailgun/mail"]
)
def test_every_other_door_is_closed(path: str, mail: Message) -> None:
    assert tell(bounce(mail), path) == 404


@pytest.mark.parametrize("missing", ["MAIL_PROVIDER", "MAIL_WEBHOOK_SECRET"])
def test_all_doors_are_closed_unless_set_up(missing: str, mail: Message, settings: Any) -> None:
    setattr(settings, missing, "")
    assert tell(bounce(mail)) == 404
    assert tell(bounce(mail), secret=":") == 404
    assert box().bounced_at is None


@pytest.mark.parametrize(
    "event", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"RecordType": 1}']
)
def test_what_no_provider_sends_does_no_harm(event: bytes, mail: Message) -> None:
    assert tell(event) in {204, 400}
    assert tell(event, "postmark/mail") in {204, 400}
    assert box().bounced_at is None


def test_more_than_a_mail_can_be_is_not_read() -> None:
    assert tell(b'"' + b"a" * 51_000_000 + b'"', "postmark/mail") == 413


def test_a_mail_comes_in_this_way_too(now: dt.datetime, smtp: MailServer) -> None:
    long = "word " * 100_000  # longer than our forms take
    posted = {
        "FromFull": {"Email": ANNA, "Name": "Anna"},
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{ANNA}>"},
            {"Name": "Message-ID", "Value": "<1@example.org>"},
        ],
        "From": ANNA,
        "To": "answers@answers.example.org",
        "OriginalRecipient": "answers@answers.example.org",
        "Subject": "Re: A note",
        "TextBody": long,
    }
    for _ in range(3):
        assert tell(posted, "postmark/mail") == 204
    work(clock=lambda: dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC))
    assert [mail.subject for mail in smtp.to(ANNA)] == ["About your mail"]


@pytest.mark.parametrize("attached", [False, True])
def test_a_long_mail_with_many_headers_comes_in_through_mailgun(
    attached: bool, now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    """Each header is a field of its own, and an old conversation hangs below most answers."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_KEY = "mailgun", "the key"
    headers = [["From", ANNA], ["Return-Path", ANNA], ["To", "answers@answers.example.org"]]
    fields = {
        "timestamp": "1795680001",
        "token": "once",
        "signature": hmac.new(b"the key", b"1795680001once", "sha256").hexdigest(),
        "sender": ANNA,
        "recipient": "answers@answers.example.org",
        "message-headers": json.dumps([*headers, ["Message-ID", "<1@example.org>"]]),
        "body-plain": "word " * 80_000,
        **{f"X-Header-{number}": "x" for number in range(500)},
    }
    data, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
    if attached:
        file = SimpleUploadedFile("ännä.png", b"\x89PNG\r\n\r\n" + bytes(range(256)), "image/png")
        together = {**fields, "attachment-count": "1", "attachment-1": file}
        data, kind = encode_multipart("b", together), "multipart/form-data; boundary=b"

    assert tell(data, "mailgun/mail", kind=kind) == 204
    assert tell(data, "mailgun/mail", secret="provider:wrong", kind=kind) == 404
    work(clock=lambda: dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC))
    assert [mail.subject for mail in smtp.to(ANNA)] == ["About your mail"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--b--"),
        ("multipart/form-data; boundary=b",
         b"--b\r\ncontent-disposition: form-data\r\n\r\n\r\n--b--"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"a: b\r\n" * 9_000),
        ("application/x-www-form-urlencoded", b"\xff=%FF"),
    ],
)  # fmt: skip
def test_a_torn_form_does_no_harm(kind: str, body: bytes, settings: Any) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_KEY = "mailgun", "the key"
    assert tell(body, "mailgun/mail", kind=kind) in {400, 404}


def test_what_strangers_post_is_not_even_read(settings: Any) -> None:
    settings.MAIL_PROVIDER = "mailgun"
    many = "&".join(f"a{number}=1" for number in range(1000)).encode()
    kind = "application/x-www-form-urlencoded"
    assert tell(many, "mailgun/mail", secret="provider:wrong", kind=kind) == 404


def test_the_provider_gets_the_token_in_the_header_it_knows(
    now: dt.datetime, smtp: MailServer, settings: Any
) -> None:
    settings.MAIL_TOKEN_HEADER = "X-PM-Metadata-mail: {}"
    message = factories.message(mailbox=factories.mailbox(), now=now)
    work(clock=lambda: now)
    assert smtp.mails[0].message["X-PM-Metadata-mail"] == returns.token(message)


def test_nothing_of_an_event_stands_in_the_log(
    mail: Message, caplog: pytest.LogCaptureFixture
) -> None:
    tell(bounce(mail))
    tell(bounce(mail), secret="provider:wrong")
    tell(b"{" + ANNA.encode())
    said = "\n".join(record.getMessage() for record in caplog.records)
    for told in ("anna", "password", returns.token(mail)):
        assert told not in said


@pytest.mark.parametrize(
    ("provider", "event"),
    [
        ("mailjet", {"event": "bounce", "email": ANNA, "hard_bounce": True, "time": 1795680001,
                     "error_related_to": "recipient", "error": "user unknown"}),
        ("sparkpost", {"msys": {"message_event": {"type": "bounce", "raw_rcpt_to": ANNA,
                       "bounce_class": "10", "timestamp": "1795680001",
                       "raw_reason": "550 5.1.1 user unknown"}}}),
    ],
)  # fmt: skip
def test_other_providers_are_understood(
    provider: str, event: Any, mail: Message, settings: Any
) -> None:
    settings.MAIL_PROVIDER = provider
    assert tell([event], f"{provider}/tracking") == 204
    assert box().bounced_at is not None


@pytest.mark.parametrize(("key", "heard"), [("the key", True), ("another key", False)])
def test_a_signature_counts_where_a_provider_signs(
    key: str, heard: bool, mail: Message, settings: Any
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_KEY = "mailgun", "the key"
    signed = hmac.new(key.encode(), b"1795680001once", "sha256").hexdigest()
    event = {
        "signature": {"timestamp": "1795680001", "token": "once", "signature": signed},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "recipient": ANNA,
            "timestamp": 1795680001.0,
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": "550 5.1.1 user unknown"},
        },
    }
    assert tell(event, "mailgun/tracking") == (204 if heard else 404)
    assert (box().bounced_at is not None) == heard
