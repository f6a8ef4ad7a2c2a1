"""Mail servers that refuse, drip, cut, delay, or lie about being safe."""

import datetime as dt
import ssl
import subprocess
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from django.db.models import F

from chaos import people
from chaos.book import BOTH, POSTGRES, fault
from chaos.clock import scaled, until
from chaos.mail_server import Cut, Drip, Reply, Silence, Wait
from chaos.stage import Stage
from outbox.models import Message

_DAY = dt.timedelta(days=1)


@fault("F17", modes=BOTH, late=600)
def out_of_reach(stage: Stage) -> None:
    """Nobody listens, then somebody who never speaks: tried each minute, ended after a day."""
    stage.start_servers()
    stage.start()
    stage.promise.may_end = True
    stage.mail.shut()
    lost, found = people.post(stage, 5), people.post(stage, 5)
    until(_were_put_off, "all to be put off", scaled(120) + 15)
    # A day is moved, not waited for: the first try of the first five was yesterday.
    early = Message.objects.filter(pk__in=[row.pk for row in lost])
    early.update(tried_at=F("tried_at") - scaled(_DAY.total_seconds()) * dt.timedelta(seconds=1))
    silent = stage.mail.on("connect", Silence(), times=None)
    stage.mail.open()
    until(lambda: silent.hits, "a try against silence", scaled(120) + 15)
    gone = lambda: early.filter(state="ended", reason="gave_up").count() == len(lost)  # noqa: E731
    until(gone, "a visible end", scaled(300) + 15)
    stage.mail.recover()
    stage.quiet(600)
    there = Message.objects.filter(pk__in=[row.pk for row in found], state="sent")
    assert there.count() == len(found)


@fault("F18", modes=BOTH, late=600)
def drips(stage: Stage) -> None:
    """A byte each two seconds: the try ends in 75 s, the mail leaves when the server is well."""
    stage.start_servers()
    stage.start()
    drip = stage.mail.on("mail", Drip(2), times=None)
    people.post(stage, 3)
    until(lambda: drip.hits, "the first try")
    began = stage.now()
    until(_one_was_put_off, "the end of the try", scaled(75) + 10)
    assert stage.now() - began < scaled(75) + 10
    stage.mail.recover()


@fault("F19", modes=BOTH, late=2000)
def put_off(stage: Stage) -> None:
    """4xx at each stage, and a grey list of ten minutes: the ladder's steps between two tries."""
    stage.start_servers()
    stage.start()
    for step in ("mail", "data", "dot"):
        stage.mail.on(step, Reply("451 4.7.1 later"), times=2)
    grey = people.address(stage, "grey")
    stage.mail.on("rcpt", Reply("450 4.2.0 greylisted"), to=grey, times=None)
    people.post(stage, 8)
    people.post_to(stage, grey)
    began = stage.now()
    until(lambda: stage.now() - began > scaled(600), "ten minutes", scaled(600) + 10)
    stage.mail.recover()
    stage.quiet(1400)
    _assert_ladder(stage)


@fault("F20", modes=BOTH)
def refused_for_good(stage: Stage) -> None:
    """5xx at MAIL, RCPT or DATA: that mail alone ends; only an unknown address is a bounce."""
    stage.start_servers()
    stage.start()
    stage.promise.may_end = True
    stage.mail.on("mail", Reply("550 5.7.1 not you"), times=2)
    gone, odd = people.address(stage, "gone"), people.address(stage, "odd")
    stage.mail.on("rcpt", Reply("550 5.1.1 nobody here"), to=gone, times=None)
    stage.mail.on("dot", Reply("554 5.6.0 not this"), to=odd, times=None)
    for address in (gone, odd):
        people.post_to(stage, address)
    people.post(stage, 10)
    stage.quiet()
    ended = {row.mailbox.address: row for row in Message.objects.filter(state="ended")}
    assert set(ended) == {gone, odd}
    assert {row.reason for row in ended.values()} == {"refused"}
    assert ended[gone].mailbox.bounced_at
    assert not ended[odd].mailbox.bounced_at


@fault("F21", modes=BOTH)
def one_of_a_hundred(stage: Stage) -> None:
    """552 for one of a hundred on a connection: the other 99 leave on it, at once."""
    stage.start_servers()
    stage.promise.may_end = True
    messages = people.post(stage, 100)
    unlucky = messages[stage.random.randrange(100)].mailbox.address
    stage.mail.on("dot", Reply("552 5.3.4 too big"), to=unlucky, times=None)
    stage.start()
    until(lambda: len(stage.mail.taken()) == 99, "the other 99")
    assert stage.mail.reached["connect"] <= 2
    stage.quiet()
    (ended,) = Message.objects.filter(state="ended")
    assert ended.mailbox.address == unlucky


@fault("F22", modes=BOTH, quick=POSTGRES, late=1300)
def cut(stage: Stage) -> None:
    """Cut in the middle of a mail: it leaves once. Cut after the dot: in doubt, the same again."""
    stage.start_servers()
    stage.mail.on("body", Cut(), skip=stage.random.randrange(5), times=2)
    for taken in (True, False):
        stage.mail.on("dot", Cut(taken), skip=stage.random.randrange(8))
    people.post(stage, 30)
    stage.start()
    stage.quiet(1300)
    assert stage.mail.cuts == 4


@fault("F23", modes=BOTH, late=400)
def slow_to_say_yes(stage: Stage) -> None:
    """250 after 75 seconds: waited for, not doubled."""
    stage.start_servers()
    stage.mail.on("dot", Wait(scaled(75)))
    people.post(stage, 5)
    stage.start()
    stage.quiet()
    assert not Message.objects.filter(doubts__gt=0).exists()


@fault("F24", modes=BOTH, late=900)
def not_safe(stage: Stage) -> None:
    """STARTTLS refused, stripped, or with a certificate of nobody: nothing leaves in clear."""
    context, certificate = _certificate(stage.folder)
    stage.mail.tls, stage.mail.offers_tls = context, False
    stage.start_servers()
    url = f"smtp+tls://supportnet:secret@localhost:{stage.mail.port}"
    stage.start(SMTP_URL=url)
    people.post(stage, 5)
    _expect_tries(stage, 2)
    stage.mail.offers_tls = True
    stage.mail.on("starttls", Reply("454 4.7.0 not now"), times=2)
    _expect_tries(stage, 4)  # the last two meet a certificate that nobody vouches for
    assert set(stage.mail.in_clear) <= {"EHLO", "STAR", "QUIT", "RSET"}, stage.mail.in_clear
    assert not stage.mail.taken()
    assert Message.objects.filter(setback__startswith="connect").count() == 5
    _trust(stage, url, certificate)
    stage.quiet(600)
    assert not [mail for mail in stage.mail.taken() if mail.clear]


def _trust(stage: Stage, url: str, certificate: Path) -> None:
    """The operator puts the certificate right, and everything is started with it."""
    for name in list(stage.keeper.services):
        if name not in ("postgres", "valkey"):
            stage.stop(name)
    told = {"SMTP_URL": url.replace("supportnet:secret@", ""), "SSL_CERT_FILE": str(certificate)}
    stage.start(**told)


def _expect_tries(stage: Stage, more: int) -> None:
    before = stage.mail.reached["connect"]
    until(
        lambda: stage.mail.reached["connect"] >= before + more,
        f"{more} tries",
        scaled(90) * more + 20,
    )


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *named, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def _assert_ladder(stage: Stage) -> None:
    """Between two tries of one mail lies a step of the ladder, less a fifth."""
    tries: dict[str, list[float]] = defaultdict(list)
    for at, step, to in stage.mail.commands:
        if step == "rcpt":
            tries[to].append(at)
    for moments in tries.values():
        for number, (first, second) in enumerate(pairwise(moments)):
            step = scaled(60 * (1, 5, 15, 60, 240)[number])
            assert second - first >= 0.75 * step, f"{second - first:.1f} s between two tries"


def _were_put_off() -> bool:
    return not Message.objects.filter(setback="").exists()


def _one_was_put_off() -> bool:
    return Message.objects.exclude(setback="").exists()
