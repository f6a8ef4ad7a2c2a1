"""Keeps a handful of processes running together, and leaves none behind.

Each child has a session of its own, so Ctrl-C reaches the supervisor alone, which then ends the
children in order. Should the supervisor itself be shot, the process of ``afterwards.py`` ends them.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST_PAUSE = 30.0
_WELL_AFTER = 60.0
_LOG_BYTES = 5_000_000
_AFTERWARDS = Path(__file__).with_name("afterwards.py")


@dataclass
class Service:
    """One process to keep running. A lower ``floor`` starts earlier and ends later."""

    name: str
    command: list[str]
    floor: int = 0
    grace: float = 20.0
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    again_at: float | None = None


class Supervisor:
    """Starts services, starts again what dies, ends all of them."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        self.services: list[Service] = []
        self.stopping = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._heir = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(_AFTERWARDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def listen(self) -> None:
        """From here on Ctrl-C, TERM and HUP ask for the end; a second time, for an abrupt one."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._asked_to_stop)

    def start(self, service: Service) -> None:
        """Start one service and keep it."""
        self.services.append(service)
        self._spawn(service)

    def watch(self) -> None:
        """Return when asked to stop; until then start again whatever ended."""
        while not self.stopping:
            now = time.monotonic()
            for service in self.services:
                self._look_after(service, now)
            time.sleep(0.2)

    def stop(self) -> None:
        """End all services, upper floors first; whoever does not end in time is ended."""
        for floor in sorted({service.floor for service in self.services}, reverse=True):
            self._stop_floor([service for service in self.services if service.floor == floor])
        self._tell_the_heir([])
        self._heir.communicate()

    def log_of(self, service: Service) -> Path:
        return self.folder / f"{service.name}.log"

    def _asked_to_stop(self, number: int, frame: object) -> None:
        self.stopping += 1

    def _spawn(self, service: Service) -> None:
        log = self.log_of(service)
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))
        with log.open("ab") as out:
            service.process = subprocess.Popen(  # noqa: S603 - our own command lines
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **service.environment},
                start_new_session=True,
            )
        service.started, service.again_at = time.monotonic(), None
        self._tell_the_heir([one.process.pid for one in self.services if one.process])

    def _tell_the_heir(self, groups: list[int]) -> None:
        assert self._heir.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._heir.stdin.write(f"{' '.join(map(str, groups))}\n".encode())
            self._heir.stdin.flush()

    def _look_after(self, service: Service, now: float) -> None:
        if service.again_at is not None:
            if now >= service.again_at:
                self._spawn(service)
            return
        code = service.process.poll() if service.process else 0
        if code is None:
            return
        _end_group(service)
        healthy = now - service.started > _WELL_AFTER
        service.pause = 0.5 if healthy else min(max(0.5, service.pause * 2), _LONGEST_PAUSE)
        service.again_at = now + service.pause
        self.say(f"{service.name} ended ({code}) and starts again. Its log: {self.log_of(service)}")

    def _stop_floor(self, services: list[Service]) -> None:
        for service in services:
            if service.process and service.process.poll() is None:
                service.process.terminate()
        begun = time.monotonic()
        while any(self._may_still_end(service, begun) for service in services):
            time.sleep(0.05)
        for service in services:
            _end_group(service)

    def _may_still_end(self, service: Service, begun: float) -> bool:
        alive = service.process is not None and service.process.poll() is None
        return alive and self.stopping < 2 and time.monotonic() - begun < service.grace


def _end_group(service: Service) -> None:
    # The process led a session of its own: whatever it started and left behind is in its group.
    if service.process is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(service.process.pid, signal.SIGKILL)
    service.process.wait()
