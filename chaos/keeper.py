"""Starts processes and starts them again when they end, as compose or systemd would."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from chaos.clock import until
from tests.servers import ends_with_us

_AGAIN_AFTER = 0.3


@dataclass
class Service:
    """One process to keep running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    folder: Path
    user: str | None = None
    ending: signal.Signals = signal.SIGKILL  # what it gets when the drill itself dies
    grace: float = 20.0
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    kept: bool = field(default=True)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def spawn(self) -> None:
        """Start it now."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ends_with_us(self.ending),
            )
        self.starts += 1

    def end_group(self) -> None:
        """Whatever it left behind ends as well."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Keeper:
    """All services of a stage; one thread looks after them."""

    def __init__(self) -> None:
        self.services: dict[str, Service] = {}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._orders: list[Callable[[], None]] = []
        # One thread starts everything: a child gets its ending when the thread that made it ends.
        self._thread = threading.Thread(target=self._look_after, name="keeper", daemon=True)
        self._thread.start()

    def start(self, service: Service) -> None:
        """Start a service, or again one that was stopped."""
        with self._lock:
            self.services[service.name] = service
            service.kept = True
            self._orders.append(service.spawn)
        until(lambda: not self._orders, f"the start of {service.name}")

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop a service and do not start it again."""
        service = self.services[name]
        with self._lock:
            service.kept = False
        assert service.process is not None
        service.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            service.process.wait(service.grace)
        service.end_group()

    def end(self) -> None:
        """End everything, at once."""
        self._ended.set()
        self._thread.join(10)
        for service in reversed(list(self.services.values())):
            service.end_group()

    def _look_after(self) -> None:
        while not self._ended.wait(0.02):
            with self._lock:
                while self._orders:
                    self._orders[0]()
                    del self._orders[0]
                dead = [one for one in self.services.values() if _is_dead(one)]
            for service in dead:
                service.end_group()
                time.sleep(_AGAIN_AFTER)
                with self._lock:
                    if service.kept and not self._ended.is_set():
                        service.spawn()


def _is_dead(service: Service) -> bool:
    return service.kept and service.process is not None and service.process.poll() is not None
