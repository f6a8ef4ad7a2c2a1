"""What mail providers report and hand over, read by django-anymail and led to the one door.

Only providers whose reports hold everything: one that would have us fetch the rest from elsewhere
stays out. Anymail's own signals are not used; its readers are called by name.
"""

import base64
import datetime as dt
from email import policy
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks import mailgun, mailjet, postmark, sparkpost
from anymail.webhooks.base import AnymailBasicAuthMixin
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import (
    FIELD,
    RAW,
    ChunkIter,
    LazyStream,
    MultiPartParserError,
    Parser,
)
from django.utils.datastructures import MultiValueDict
from django.utils.encoding import force_str

from outbox import inbound, reports, returns
from outbox.models import Mailbox, Message
from outbox.reports import News


class _SparkPostMail(sparkpost.SparkPostInboundWebhookView):
    """Anymail reads every mail as UTF-8, and would refuse one in an older charset for good."""

    def esp_to_anymail_event(self, event_class: str, event: Any, raw_event: Any) -> Any:
        content = event.get("content", {})
        if event_class != "relay_message" or not content.get("email_rfc822_is_base64"):
            return super().esp_to_anymail_event(event_class, event, raw_event)
        raw = base64.b64decode(content["email_rfc822"])
        # Of the mail itself only the envelope is wanted here; the one door reads the rest.
        mail = AnymailInboundMessage()
        mail.envelope_sender, mail.envelope_recipient = event.get("msg_from"), event.get("rcpt_to")
        return AnymailInboundEvent(event_type=EventType.INBOUND, message=mail, esp_event=raw)


# More than any mail that providers take in, with base64 around it: whoever answers with photos
# hears from us that it was too much. Only the holder of the secret may send that.
LARGEST = 48 * 1024 * 1024
_CHUNK = 64 * 1024
# What the readers raise for what their provider never sends.
_UNREADABLE = (
    AnymailError, ImproperlyConfigured, MultiPartParserError,
    ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip

READERS: dict[str, dict[str, Any]] = {
    "mailgun": {
        "tracking": mailgun.MailgunTrackingWebhookView,
        "mail": mailgun.MailgunInboundWebhookView,
    },
    "mailjet": {
        "tracking": mailjet.MailjetTrackingWebhookView,
        "mail": mailjet.MailjetInboundWebhookView,
    },
    "postmark": {
        "tracking": postmark.PostmarkTrackingWebhookView,
        "mail": postmark.PostmarkInboundWebhookView,
    },
    "sparkpost": {
        "tracking": sparkpost.SparkPostTrackingWebhookView,
        "mail": _SparkPostMail,
    },
}
# Providers that sign what they send, and what anymail calls the key.
_KEYS = {"mailgun": "webhook_signing_key"}
_GONE = {RejectReason.BOUNCED, RejectReason.INVALID}
_UNWANTED = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}


class NotOurs(Exception):
    """No such provider here, or the sender does not know the secret."""


class Unreadable(ValueError):
    """Not what this provider sends."""


def events(request: HttpRequest, provider: str, what: str) -> list[Any]:
    """What a provider posted, once it has shown that it knows the secret."""
    reader = READERS.get(provider, {}).get(what)
    if reader is None or provider != settings.MAIL_PROVIDER or not settings.MAIL_WEBHOOK_SECRET:
        raise NotOurs
    keys = {_KEYS[provider]: settings.MAIL_WEBHOOK_KEY} if provider in _KEYS else {}
    view = reader(webhook_secret=settings.MAIL_WEBHOOK_SECRET, **keys)
    try:
        # Before a long body is read.
        AnymailBasicAuthMixin.validate_request(view, request)
        _read(request)
        view.run_validators(request)
        return list(view.parse_events(request))
    except AnymailWebhookValidationFailure:
        raise NotOurs from None
    except _UNREADABLE:
        raise Unreadable from None


def _read(request: Any) -> None:
    """Read a post past the limits for forms: a mail is longer than what people type in one.

    Mailgun posts each header of a mail as a field of its own.
    """
    request._body = request.read()
    if request.content_type == "application/x-www-form-urlencoded":
        fields = parse_qsl(request._body.decode(), keep_blank_values=True)
        request._post, request._files = _form(fields), MultiValueDict()
    elif request.content_type == "multipart/form-data":
        boundary = request.content_params["boundary"]
        request._post, request._files = _parted(boundary, request._body)


def _form(fields: list[tuple[str, str]]) -> QueryDict:
    form = QueryDict(mutable=True)
    for name, value in fields:
        form.appendlist(name, value)
    return form


def _parted(boundary: str, body: bytes) -> tuple[QueryDict, MultiValueDict[str, Any]]:
    fields: list[tuple[str, str]] = []
    files: MultiValueDict[str, Any] = MultiValueDict()
    posted = LazyStream(ChunkIter(BytesIO(body), _CHUNK))
    for kind, head, stream in Parser(posted, boundary.encode()):
        content = stream.read()
        if kind == RAW:  # what stands before the first part and behind the last one
            continue
        name = force_str(head["content-disposition"][1]["name"], errors="replace")
        if kind == FIELD:
            fields.append((name, content.decode("utf-8", "replace")))
        else:  # nothing of a file is kept, nor what it is called
            files.appendlist(name, SimpleUploadedFile("attached", content, _kind_of(head)))
    return _form(fields), files


def _kind_of(head: dict[str, Any]) -> str:
    return str(head.get("content-type", ("application/octet-stream",))[0]).strip()


def take(found: list[Any], *, now: dt.datetime) -> None:
    """Do what each of them asks for."""
    for event in found:
        if isinstance(event, AnymailInboundEvent):
            _take_mail(event, now)
        elif isinstance(event, AnymailTrackingEvent):
            _note(event, now)


def _take_mail(event: AnymailInboundEvent, now: dt.datetime) -> None:
    mail = event.message
    recipients = [mail.envelope_recipient] if mail.envelope_recipient else []
    raw = event.esp_event if isinstance(event.esp_event, bytes) else _written(mail)
    sender = mail.envelope_sender
    inbound.receive(raw, sender=sender, recipients=recipients, refuses=False, now=now)


def _written(mail: AnymailInboundMessage) -> bytes:
    """The mail as bytes again, where a provider took it apart."""
    try:
        return mail.as_bytes(policy=policy.compat32)
    except (UnicodeError, ValueError, LookupError):
        return str(mail).encode("utf-8", "replace")


@transaction.atomic
def _note(event: AnymailTrackingEvent, now: dt.datetime) -> None:
    news = _news(event)
    if news == News.NOTHING:
        return
    message = returns.of_token(str((event.metadata or {}).get("mail", "")))
    if message is not None:
        inbound.note(message, news, now=now)
    elif news != News.RETURNED and event.recipient:
        # Without the mail itself only what is true of an address, in whatever world it stands.
        for mailbox in Mailbox.objects.of_address(str(event.recipient)):
            _note_last(mailbox, news, event.timestamp or now, now)


def _note_last(mailbox: Mailbox, news: News, told_at: dt.datetime, now: dt.datetime) -> None:
    sent = Message.objects.accepted().filter(mailbox=mailbox, sent_at__lte=told_at)
    last = sent.select_related("mailbox").order_by("-sent_at").first()
    if last is not None:
        inbound.note(last, news, now=now)


def _news(event: AnymailTrackingEvent) -> News:
    if event.event_type in _UNWANTED or event.reject_reason == RejectReason.SPAM:
        return News.COMPLAINT
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}:
        return News.NOTHING
    # What the other server said is worth more than the drawer the provider put it into.
    said = reports.of_words(str(event.mta_response or ""))
    return said or (News.GONE if event.reject_reason in _GONE else News.RETURNED)
