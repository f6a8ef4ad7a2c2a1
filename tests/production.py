"""What docker-compose.yml, the Dockerfile and the units say, run by hand as production.

Containers are not built here. Their commands run as they stand in the files, on a copy of what the
image would hold, with the settings of .env.example, against PostgreSQL, Valkey and a mail server
that speaks STARTTLS. Only hosts, ports and folders of this machine take the place of theirs.
"""

import base64
import http.client
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from django.conf import settings

from supportnet.local.valkey import free_port
from tests.processes import until
from tests.servers import ends_with_us

ROOT = Path(settings.BASE_DIR)
HOST = "supportnet.example"
# As a reverse proxy in front says it.
_SECURE = {"X-Forwarded-Proto": "https"}
_BIN = Path(sys.executable).parent
# Where beat keeps its notes in a container of its own; here others may have one too.
_BEAT = "/tmp/beat"  # noqa: S108
_SECONDS = re.compile(r"(\d+)s")


def compose() -> dict[str, Any]:
    """docker-compose.yml as it stands."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def lay_out(folder: Path) -> None:
    """What `COPY . .` brings into the image: the tree without what .dockerignore names."""
    left_out = (ROOT / ".dockerignore").read_text().split()
    names = [pattern.removeprefix("**/") for pattern in left_out]
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*names, ".hypothesis", ".*_cache"))


def filled_in() -> dict[str, str]:
    """.env.example, filled in as docs/operating.md says."""
    found = {}
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, is_set, value = line.partition("=")
        if is_set and not line.startswith("#"):
            found[name] = value
    for name in ("SECRET_KEY", "VAULT_KEYS", "VAULT_HASH_KEYS", "LINK_KEYS"):
        found[name] += base64.b64encode(secrets.token_bytes(32)).decode()
    found["POSTGRES_PASSWORD"] = secrets.token_hex(24)
    found["DANGER_DECIDED_BY"] = "Kim, who keeps this site"
    return found


class Answer(NamedTuple):
    """What a page answered."""

    status: int
    headers: Message
    text: str


@dataclass
class Service:
    """One process of the file, with what it said."""

    command: list[str]
    process: subprocess.Popen[bytes]
    log: Path
    grace: float = 10.0

    @property
    def said(self) -> str:
        return self.log.read_text()

    def end(self) -> int:
        """TERM, as `docker compose stop` and systemd send it; its exit code within its grace."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(self.grace)


@dataclass
class Production:
    """One installation: its settings, and the processes that were started."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    lmtp_port: int = field(default_factory=free_port)
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    def words(self, command: str | list[str]) -> list[str]:
        """A command of a file as this machine runs it."""
        words = shlex.split(command) if isinstance(command, str) else list(command)
        here = {"8000": str(self.port), "8024": str(self.lmtp_port)}
        words = [word.replace(_BEAT, str(self.folder / "beat")) for word in words]
        words = [re.sub(r"\b(8000|8024)\b", lambda at: here[at[1]], word) for word in words]
        return [str(_BIN / words[0]), *words[1:]]

    def settings_of(self, service: dict[str, Any]) -> dict[str, str]:
        """The environment of a service: its own lines, then what this machine has instead."""
        own = {name: str(value) for name, value in service["environment"].items()}
        ours = {name: self.environment[name] for name in ("DATABASE_URL", "REDIS_URL")}
        ours["SUPPORTNET_VAR"] = str(self.folder / "var")
        return {**self.environment, **own, **ours}

    def start(self, name: str, alias: str = "") -> Service:
        """Start a service of docker-compose.yml and keep what it says."""
        service = compose()["services"][name]
        grace = _SECONDS.fullmatch(service.get("stop_grace_period", "10s"))
        assert grace is not None
        command, environment = self.words(service["command"]), self.settings_of(service)
        return self.launch(alias or name, command, environment, float(grace[1]))

    def launch(
        self, name: str, command: list[str], environment: dict[str, str], grace: float
    ) -> Service:
        """Start any command in the tree."""
        log = self.folder / f"{name}.log"
        with log.open("w") as said:
            process = subprocess.Popen(
                command,
                cwd=self.tree,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ends_with_us(signal.SIGKILL),
            )
        self.services[name] = Service(command, process, log, grace)
        return self.services[name]

    def run(self, command: str | list[str], service: str = "web") -> str:
        """`docker compose run --rm SERVICE …`; fails when the command does."""
        done = subprocess.run(
            self.words(command),
            cwd=self.tree,
            env=self.settings_of(compose()["services"][service]),
            capture_output=True,
            text=True,
            check=False,
            timeout=110,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def check(self, name: str, **more: str) -> int:
        """The exit code of a service's own health check."""
        service = compose()["services"][name]
        test = service["healthcheck"]["test"]
        words = self.words(test[1:] if isinstance(test, list) else test.replace("$$", "$"))
        words = [
            os.path.expandvars(word.replace("$HOSTNAME", socket.gethostname())) for word in words
        ]
        environment = {**self.settings_of(service), **more}
        return subprocess.run(
            words, cwd=self.tree, env=environment, capture_output=True, timeout=60, check=False
        ).returncode

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answer:
        """A page, asked for as the reverse proxy does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(line):
            line.request(method, path, body, {"Host": HOST, **_SECURE, **named})
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))

    def status(self, path: str) -> int:
        """The status of a page; 0 while nobody listens."""
        try:
            return self.ask(path).status
        except OSError:
            return 0

    def wait_until_ready(self) -> None:
        until(lambda: self.status("/health/ready") == 200)

    def ask_for_code(self, address: str) -> None:
        """Type an address on the first page and press the button."""
        page = self.ask("/")
        cookies = [found.split(";")[0] for found in page.headers.get_all("Set-Cookie") or []]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token is not None
        answer = self.ask(
            "/",
            "POST",
            f"csrfmiddlewaretoken={token[1]}&email={address}",
            Cookie="; ".join(cookies),
            Referer=f"https://{HOST}/",
            Content_Type="application/x-www-form-urlencoded",
        )
        assert (answer.status, answer.headers["Location"]) == (302, "/code/")

    def close(self) -> None:
        """Leave nobody behind, whatever happened."""
        for service in self.services.values():
            if service.process.poll() is None:
                os.killpg(service.process.pid, signal.SIGKILL)
                service.process.wait()
