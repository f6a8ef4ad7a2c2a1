"""The doors mail comes in by, open for a while: the small mail server, and a provider's webhook."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import Client
from django.utils import timezone

from outbox import listener

SECRET = "provider:a-long-password"


@contextmanager
def listening(*, lmtp: bool = False, clock: listener.Clock = timezone.now) -> Iterator[int]:
    """The listener on a free port, in a thread of its own."""
    ended, ports = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def ready(port: int) -> None:
        ports.append(port)
        ended.set()

    work = listener.serve("127.0.0.1", 0, lmtp=lmtp, clock=clock, ended=stop, ready=ready)
    thread = threading.Thread(target=loop.run_until_complete, args=(work,))
    thread.start()
    assert ended.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def post(raw: bytes, *, sender: str, to: str) -> int:
    """Hand a mail over as SparkPost does: the whole of it, as it came."""
    content = {"email_rfc822": base64.b64encode(raw).decode(), "email_rfc822_is_base64": True}
    told = {"protocol": "smtp", "content": content, "msg_from": sender, "rcpt_to": to}
    shown = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
    answered = Client().post(
        "/inbound/sparkpost/mail/",
        json.dumps([{"msys": {"relay_message": told}}]),
        content_type="application/json",
        headers=shown,
    )
    return int(answered.status_code)
