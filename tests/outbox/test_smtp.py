"""Talking to mail servers, good and bad ones."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from outbox import smtp as post
from supportnet.local.valkey import free_port
from tests.certificates import certificate_for
from tests.mail_server import MailServer
from tests.outbox import names
from tests.outbox.slow_server import SlowServer

Connect = Callable[[str], post.Connection]
MAIL = b"Subject: Hi\r\n\r\nA line\r\n.dotted\r\n..twice\r\n"


@pytest.fixture
def connection() -> Iterator["Connect"]:
    """A connection to the server of a URL; all of them are parted with at the end."""
    lines = []

    def connect(url: str) -> post.Connection:
        lines.append(post.Connection(post.relay(url), "here.example"))
        return lines[-1]

    yield connect
    for line in lines:
        line.drop()


def hand_over(line: post.Connection, to: str = "anna@example.org") -> str:
    return line.hand_over("from@example.org", to, MAIL, lambda: None)


def test_a_mail_arrives_with_every_dot(connection: Connect, smtp: MailServer) -> None:
    line = connection(smtp.url)
    line.open()
    assert hand_over(line).startswith("OK")
    line.close()
    assert (
        smtp.mails[0]
        .content.replace(b"\n", b"\r\n")
        .replace(b"\r\r", b"\r")
        .endswith(b"A line\r\n.dotted\r\n..twice\r\n")
    )


def test_many_mails_share_one_connection(connection: Connect, smtp: MailServer) -> None:
    line = connection(smtp.url)
    line.open()
    for number in range(3):
        hand_over(line, f"m{number}@example.org")
    line.close()
    assert [mail.to for mail in smtp.mails] == [f"m{n}@example.org" for n in range(3)]


@pytest.mark.parametrize(
    ("stage", "answer", "kind", "setback"),
    [
        ("MAIL", "451 not now", post.Later, "mail 451"),
        ("MAIL", "550 no", post.Refused, "mail 550"),
        ("RCPT", "450 greylisted", post.Later, "rcpt 450"),
        ("RCPT", "550 nobody", post.Refused, "rcpt 550"),
        ("DATA", "452 full", post.Later, "dot 452"),
        ("DATA", "554 spam", post.Refused, "dot 554"),
    ],
)
def test_a_refusal_says_how_final_it_is_and_spares_the_next_mail(
    connection: Connect,
    stage: str,
    answer: str,
    kind: type[Exception],
    setback: str,
    smtp: MailServer,
) -> None:
    smtp.answer(stage, answer)
    line = connection(smtp.url)
    line.open()

    with pytest.raises(kind) as trouble:
        hand_over(line)
    hand_over(line, "ben@example.org")

    assert str(trouble.value) == setback
    assert [mail.to for mail in smtp.mails] == ["ben@example.org"]


@pytest.mark.parametrize(
    ("answer", "is_nobody"),
    [
        ("550 5.1.1 user unknown", True),
        ("550 5.1.10 recipient not found", True),
        ("550 5.1.7 bad sender's address", False),
        ("550 5.1.8 sender's domain not found", False),
        ("550 5.7.1 not from you", False),
    ],
)
def test_what_is_wrong_with_our_own_address_ends_no_mailbox(
    connection: Connect, answer: str, is_nobody: bool, smtp: MailServer
) -> None:
    smtp.answer("RCPT", answer)
    line = connection(smtp.url)
    line.open()

    with pytest.raises(post.Refused) as trouble:
        hand_over(line)

    assert trouble.value.is_about_address is is_nobody


def test_a_line_cut_after_the_dot_leaves_a_doubt(connection: Connect, smtp: MailServer) -> None:
    smtp.drop("DATA")
    line = connection(smtp.url)
    line.open()
    with pytest.raises(post.Unsure):
        hand_over(line)
    assert not line.is_open


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_line_cut_before_the_dot_leaves_none(
    connection: Connect, stage: str, smtp: MailServer
) -> None:
    smtp.drop(stage)
    line = connection(smtp.url)
    line.open()
    with pytest.raises(post.Broken):
        hand_over(line)
    assert smtp.mails == []


def test_whatever_happens_before_the_dot_keeps_the_mail_here(
    connection: Connect, smtp: MailServer
) -> None:
    def changed_our_mind() -> None:
        raise KeyboardInterrupt

    line = connection(smtp.url)
    line.open()
    with pytest.raises(KeyboardInterrupt):
        line.hand_over("from@example.org", "anna@example.org", MAIL, changed_our_mind)
    line.close()
    assert smtp.mails == []


@pytest.mark.parametrize("stage", ["GREETING", "EHLO"])
def test_a_server_that_drips_does_not_hold_us_at_the_door(
    connection: Connect, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "_TO_CONNECT", 0.3)
    with SlowServer(stage) as server, pytest.raises(post.Broken):
        connection(server.url).open()


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_drips_before_the_dot_is_left(
    connection: Connect, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "BEFORE_DOT", 0.3)
    with SlowServer(stage) as server:
        line = connection(server.url)
        line.open()
        with pytest.raises(post.Broken):
            hand_over(line)


def test_a_server_that_drips_after_the_dot_leaves_a_doubt(
    connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "AFTER_DOT", 0.3)
    with SlowServer("DOT") as server:
        line = connection(server.url)
        line.open()
        with pytest.raises(post.Unsure):
            hand_over(line)


def test_a_name_whose_look_up_hangs_costs_one_try(
    connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "_TO_CONNECT", 0.2)
    with names.silent(), pytest.raises(post.Broken):
        connection("smtp://mail.example.org").open()


def test_a_name_that_is_not_known_keeps_the_mail_here(connection: Connect) -> None:
    with names.unknown(), pytest.raises(post.Broken) as broken:
        connection("smtp://mail.example.org").open()
    assert broken.value.step == "connect"


def test_the_next_address_of_a_name_is_tried_when_one_is_silent(
    connection: Connect, smtp: MailServer
) -> None:
    line = connection("smtp://mail.example.org")
    with names.at_ports(free_port(), smtp.port):
        line.open()
    assert hand_over(line)


def test_without_a_server_the_mail_stays_here(connection: Connect) -> None:
    with pytest.raises(post.Broken):
        connection("smtp://127.0.0.1:9").open()


def test_nothing_is_said_in_clear_where_tls_is_asked_for(
    connection: Connect, smtp: MailServer
) -> None:
    line = connection(smtp.url.replace("smtp://", "smtp+tls://"))
    with pytest.raises(post.Broken):
        line.open()
    assert smtp.mails == []


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://localhost", 25, "smtp"),
        ("smtp+tls://me:p%40ss@mail.example.org", 587, "smtp+tls"),
        ("smtps://mail.example.org", 465, "smtps"),
        ("smtps://mail.example.org:2465", 2465, "smtps"),
    ],
)
def test_the_setting_names_the_server(url: str, port: int, tls: str) -> None:
    found = post.relay(url)
    assert (found.port, found.tls) == (port, tls)
    assert found.password in {"", "p@ss"}


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://x", "smtp://me:pw@mail.example.org"]
)
def test_a_setting_that_would_not_be_safe_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        post.relay(url)


@pytest.mark.parametrize("password", ["cana/ry", "cana#ry", "cana?ry", "cana[ry"])
def test_a_password_that_was_not_escaped_is_told_and_not_quoted(password: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="/ as %2F") as refused:
        post.relay(f"smtp+tls://name:{password}@mail.example.org:587")
    assert "cana" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody trusts until told so."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    context = certificate_for("localhost", path)
    return path, context


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_is_used_and_the_certificate_is_verified(
    connection: Connect,
    certificate: tuple[Path, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
    *,
    trusted: bool,
) -> None:
    path, context = certificate
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with MailServer(tls=context) as server:
        line = connection(f"smtp+tls://localhost:{server.port}")
        if trusted:
            line.open()
            hand_over(line)
        else:
            with pytest.raises(post.Broken):
                line.open()
        line.drop()
        assert len(server.mails) == (1 if trusted else 0)
