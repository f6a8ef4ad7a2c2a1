"""`make run`: everything starts, what dies starts again, everything ends, data stays."""

import os
import signal
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.processes import Installation, until


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with Installation(tmp_path / "var") as found:
        yield found


def _send(installation: Installation, subject: str) -> None:
    with smtplib.SMTP("127.0.0.1", installation.mail_port) as line:
        line.sendmail("us@example.org", ["alex@example.org"], f"Subject: {subject}\r\n\r\n")


@pytest.mark.once
@pytest.mark.long(seconds=20)
@pytest.mark.timeout(170)
def test_runs_heals_ends_and_keeps_what_was_written(installation: Installation) -> None:
    installation.start()
    _send(installation, "First hello")
    assert "First hello" in installation.get("/mailbox/")
    assert "emergency" in installation.get("/mailbox/")

    # What dies starts again, whatever it is.
    for name in ("gunicorn", "valkey-server", "supportnet worker", "supportnet beat"):
        before = set(installation.pids(name))
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        until(lambda name=name, before=before: set(installation.pids(name)) - before)
    until(lambda: installation.get("/mailbox/"))

    # Ctrl-C ends all of it, and says so with a clean exit.
    installation.send(signal.SIGINT)
    assert installation.wait() == 0
    assert installation.pids() == []

    # A second start keeps the data; a supervisor shot dead leaves no orphan.
    installation.start()
    assert "First hello" in installation.get("/mailbox/")
    installation.send(signal.SIGKILL)
    until(lambda: not installation.pids())


@pytest.mark.once
@pytest.mark.long(seconds=40)
@pytest.mark.timeout(240)
def test_mail_goes_on_while_the_broker_cannot_start_and_all_is_well_afterwards(
    installation: Installation,
) -> None:
    installation.start()
    with _in_the_brokers_place(installation):
        installation.post("While the broker is gone")
        until(lambda: "While the broker is gone" in installation.get("/mailbox/"))
        assert installation.get("/")
        before = installation.heard("heartbeat")

    until(lambda: installation.heard("heartbeat") > before, 120)
    installation.send(signal.SIGTERM)
    assert installation.wait() == 0
    assert installation.pids() == []


@contextmanager
def _in_the_brokers_place(installation: Installation) -> Iterator[None]:
    """The broker is gone, and where it was somebody takes every call and says nothing."""
    settings = (installation.folder / "valkey" / "valkey.conf").read_text()
    port = int(settings.split("port ")[1].split()[0])
    for pid in installation.pids("valkey-server"):
        os.kill(pid, signal.SIGKILL)
    with until(lambda: _listener(port)):
        yield


def _listener(port: int) -> socket.socket | None:
    with suppress(OSError):
        return socket.create_server(("127.0.0.1", port))
    return None


def test_a_taken_port_is_told_in_one_plain_line(installation: Installation, smtp) -> None:
    installation.mail_port = smtp.port
    with pytest.raises(AssertionError, match=r"Port \d+ is taken. Choose another: MAILBOX_PORT="):
        installation.start()
