"""Servers that take MAIL, RCPT and DATA in one breath: fewer round trips, and the same truth."""

import pytest

from outbox import smtp as post
from tests.mail_server import MailServer
from tests.outbox.piping_server import PipingServer

MAIL = b"Subject: Hi\r\n\r\nA line\r\n.dotted\r\n"
ANNA, BEN = "anna@example.org", "ben@example.org"
NOTHING_HERE = ["554 no valid recipients"]


def connected(url: str) -> post.Connection:
    line = post.Connection(post.relay(url), "here.example")
    line.open()
    return line


def hand_over(line: post.Connection, to: str = ANNA) -> str:
    return line.hand_over("from@example.org", to, MAIL, lambda: None)


def taken(server: PipingServer) -> list[list[str]]:
    return [to for to, _content in server.mails]


def test_the_three_commands_arrive_together() -> None:
    with PipingServer() as server:
        line = connected(server.url)
        assert hand_over(line) == "taken"
        assert hand_over(line, BEN) == "taken"
        line.close()
    assert server.bursts[1] == ["MAIL FROM:<from@example.org>", f"RCPT TO:<{ANNA}>", "DATA"]
    assert [to for to, _content in server.mails] == [[ANNA], [BEN]]
    assert server.mails[0][1] == b"Subject: Hi\r\n\r\nA line\r\n..dotted\r\n"
    assert server.connections == 1


def test_a_server_that_does_not_offer_it_gets_one_command_at_a_time(smtp: MailServer) -> None:
    smtp.answer("RCPT", "550 nobody")
    line = connected(smtp.url)
    with pytest.raises(post.Refused):
        hand_over(line)
    hand_over(line, BEN)
    line.close()
    assert [mail.to for mail in smtp.mails] == [BEN]


@pytest.mark.parametrize(
    ("answers", "kind", "setback"),
    [
        ({"MAIL": ["451 not now"], "RCPT": ["503 no"], "DATA": ["503 no"]}, post.Later, "mail 451"),
        ({"MAIL": ["550 no"], "RCPT": ["503 no"], "DATA": ["503 no"]}, post.Refused, "mail 550"),
        ({"RCPT": ["450 greylisted"], "DATA": NOTHING_HERE}, post.Later, "rcpt 450"),
        ({"RCPT": ["550 5.1.1 nobody"], "DATA": NOTHING_HERE}, post.Refused, "rcpt 550"),
        ({"DATA": ["452 full"]}, post.Later, "data 452"),
        ({"DOT": ["554 spam"]}, post.Refused, "dot 554"),
    ],
)
def test_the_first_no_counts_and_the_next_mail_leaves_on_the_same_line(
    answers: dict[str, list[str]], kind: type[Exception], setback: str
) -> None:
    with PipingServer(**answers) as server:
        line = connected(server.url)
        with pytest.raises(kind) as trouble:
            hand_over(line)
        hand_over(line, BEN)
        line.close()
    assert str(trouble.value) == setback
    assert taken(server) == [[BEN]]
    assert server.connections == 1


@pytest.mark.parametrize("dot", ["554 no valid recipients", "250 taken"])
def test_a_server_that_wants_the_mail_of_a_refused_recipient_gets_an_empty_one_for_nobody(
    dot: str,
) -> None:
    """RFC 2920, 3.1: the 354 was on its way already. Whatever it answers, nothing was accepted."""
    with PipingServer(RCPT=["550 5.1.1 nobody"], DOT=[dot]) as server:
        line = connected(server.url)
        with pytest.raises(post.Refused) as trouble:
            hand_over(line)
        hand_over(line, BEN)
        line.close()
    assert trouble.value.is_about_address
    assert [to for to in taken(server) if to] == [[BEN]]
    assert not any(content for to, content in server.mails if not to)


def test_a_mail_wanted_for_somebody_after_a_no_is_never_sent_empty() -> None:
    with PipingServer(MAIL=["451 not now"]) as server:
        line = connected(server.url)
        with pytest.raises(post.Later):
            hand_over(line)
        assert not line.is_open
    assert server.mails == []


@pytest.mark.parametrize(
    ("answers", "kind", "setback"),
    [
        ({"RCPT": ["421 going down"], "DATA": ["hang up"]}, post.Later, "rcpt 421"),
        ({"MAIL": ["hang up"]}, post.Broken, "mail"),
        ({"RCPT": ["hang up"]}, post.Broken, "rcpt"),
        ({"DATA": ["hang up"]}, post.Broken, "data"),
        ({"DOT": ["hang up"]}, post.Unsure, "dot"),
    ],
)
def test_a_line_that_breaks_between_the_answers_says_at_which_one(
    answers: dict[str, list[str]], kind: type[Exception], setback: str
) -> None:
    with PipingServer(**answers) as server:
        line = connected(server.url)
        with pytest.raises(kind) as trouble:
            hand_over(line)
        assert not line.is_open
    assert str(trouble.value) == setback
    assert server.mails == []


def test_nobody_smuggles_a_command_in_an_address() -> None:
    with PipingServer() as server:
        line = connected(server.url)
        with pytest.raises(ValueError, match="one line"):
            hand_over(line, "anna@example.org>\r\nRCPT TO:<eve@example.org")
        line.drop()
    assert server.mails == []
