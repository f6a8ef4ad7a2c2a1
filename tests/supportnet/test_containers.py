"""docker-compose.yml, the Dockerfile and the units say what is true: their commands run here.

The containers themselves are not built and not started: there is no docker where tests run.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.certificates import certificate_for
from tests.mail_server import MailServer
from tests.processes import until
from tests.production import ROOT, Production, compose, filled_in, lay_out
from tests.servers import start_postgres, start_valkey

# Servers and processes of its own, whatever the database of the run is: once is enough.
pytestmark = pytest.mark.timeout(300)

CALLED = Path(sys.executable).parent


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MailServer, Path]]:
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    context = certificate_for("localhost", path)
    with MailServer(tls=context) as server:
        yield server, path


@pytest.fixture(scope="module")
def production(
    mail_server: tuple[MailServer, Path],
) -> Iterator[Production]:
    """Everything but the services: servers, the tree of the image, collected files, tables."""
    server, trusted = mail_server
    # Not in pytest's own folder: PostgreSQL runs as somebody who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix=f"supportnet-test-{os.getpid()}-"))
    (folder / "var").mkdir()
    environment = {
        **filled_in(),
        "SMTP_URL": f"smtp+tls://localhost:{server.port}",
        "SSL_CERT_FILE": str(trusted),
        "DATABASE_URL": start_postgres(folder),
        "REDIS_URL": start_valkey(folder / "valkey"),
        "BOUNCE_DOMAIN": "back.supportnet.example",
    }
    environment["PATH"] = f"{CALLED}{os.pathsep}{os.environ['PATH']}"
    there = Production(folder, environment)
    lay_out(there.tree)
    build(there)
    there.run(compose()["services"]["migrate"]["command"], service="migrate")
    yield there
    there.close()
    shutil.rmtree(folder, ignore_errors=True)


def build(there: Production) -> None:
    """The Dockerfile's own line that collects the files, in an environment as bare as there."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    line = re.search(r"^RUN (.*manage\.py collectstatic.*)$", text, re.MULTILINE)
    assert line is not None
    bare = {"PATH": there.environment["PATH"]}
    subprocess.run(["sh", "-c", line[1]], cwd=there.tree, env=bare, check=True, capture_output=True)


@pytest.mark.once
def test_compose_takes_the_file():
    command = [CALLED / "check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    subprocess.run([*command, ROOT / "docker-compose.yml"], check=True, capture_output=True)


@pytest.mark.once
def test_images_are_pinned_and_what_must_outlive_a_container_lies_in_a_volume():
    services = compose()["services"]
    for name in ("postgres", "redis"):
        assert re.fullmatch(r"[a-z]+:\d+\.\d+", services[name]["image"])
    for name in ("web", "worker", "beat", "inbound", "migrate"):
        where = services[name]["environment"]["SUPPORTNET_VAR"]
        assert f"var:{where}" in services[name]["volumes"]
    assert set(compose()["volumes"]) == {"postgres", "var"}


@pytest.mark.postgresql  # as production has it, whatever the run has
@pytest.mark.long(seconds=25)
def test_production_runs_as_the_files_say(
    production: Production, mail_server: tuple[MailServer, Path]
) -> None:
    # One test, for what stands ready is dear: workers of pytest would each make it for their part.
    every_service_runs_as_the_file_says(production, mail_server[0])
    django_finds_nothing_to_say_before_it_is_deployed(production)
    the_commands_of_the_page_for_operators_run(production)


def every_service_runs_as_the_file_says(production: Production, server: MailServer) -> None:
    web = production.start("web")
    workers = [production.start("worker", f"worker-{number}") for number in (1, 2)]
    beat = production.start("beat")
    inbound = production.start("inbound")

    production.wait_until_ready()
    assert production.check("web") == 0
    assert production.status("/health/live") == 200
    page = production.ask("/").text
    style = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert style is not None
    assert production.status(style[1]) == 200

    production.ask_for_code("friend@example.org")
    until(lambda: server.to("friend@example.org"))
    assert re.search(r"^\s*\d{6}\s*$", server.to("friend@example.org")[0].text, re.MULTILINE)
    until(lambda: "Listening" in inbound.said)
    assert production.check("inbound") == 0
    assert production.check("worker") == 0

    for service in (web, *workers, beat, inbound):
        assert service.process.poll() is None, service.said
        assert service.end() == 0, service.said
        assert "Traceback" not in service.said


def django_finds_nothing_to_say_before_it_is_deployed(production: Production) -> None:
    said = production.run("python manage.py check --deploy --fail-level WARNING")
    assert "no issues" in said


def the_commands_of_the_page_for_operators_run(production: Production) -> None:
    production.run("python manage.py backup")
    assert len(list((production.folder / "var" / "backups").glob("supportnet-*"))) == 2
    assert "Sending" in production.run("python manage.py sending status").capitalize()


def units() -> dict[str, str]:
    """The three units, made of the one that stands in the docs and the table below it."""
    page = (ROOT / "docs" / "operating.md").read_text()
    block = re.search(r"^    \[Unit\]\n(?:(?:    .*)?\n)+", page, re.MULTILINE)
    assert block is not None
    text = "\n".join(line[4:] for line in block[0].splitlines())
    rows = re.findall(r"^\| `(supportnet-\w+)` \| `([^`]+)` \|$", page, re.MULTILINE)
    found = {"supportnet-web": text}
    for name, command in rows:
        line = f"ExecStart=/srv/supportnet/.venv/bin/{command}"
        found[name] = re.sub(r"^ExecStart=.*$", line, text, flags=re.MULTILINE)
    return found


@pytest.mark.once
def test_the_units_run_what_the_containers_run() -> None:
    assert set(units()) == {"supportnet-web", "supportnet-worker", "supportnet-beat"}
    for name, text in units().items():
        line = re.search(r"^ExecStart=/srv/supportnet/\.venv/bin/(.*)$", text, re.MULTILINE)
        assert line is not None
        service = compose()["services"][name.removeprefix("supportnet-")]
        # A container is listened to from outside of it; on a machine only the proxy may.
        assert line[1] == service["command"].replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        seconds = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
        assert int(seconds[1]) >= int(service.get("stop_grace_period", "10s").removesuffix("s"))


# The lines of our units, as systemd.unit(5), systemd.service(5) and systemd.exec(5) have them.
_PATH, _UNITS = r"/[\w./-]+", r"[\w@-]+\.(target|service)( [\w@-]+\.(target|service))*"
LINES = {
    "Unit": {"Description": r".+", "After": _UNITS},
    "Service": {
        "User": r"[a-z][a-z0-9-]{0,30}",
        "WorkingDirectory": _PATH,
        "EnvironmentFile": _PATH,
        "StateDirectory": r"[\w-]+",
        "ExecStart": rf"{_PATH}( [\w./:=-]+)*",
        "Restart": r"no|always|on-(success|failure|abnormal|abort|watchdog)",
        "RestartSec": r"\d+",
        "TimeoutStopSec": r"\d+",
        "KillMode": r"control-group|mixed|process|none",
        "NoNewPrivileges": r"yes|no",
        "PrivateTmp": r"yes|no",
        "ProtectSystem": r"yes|no|full|strict",
        "ProtectHome": r"yes|no|read-only|tmpfs",
    },
    "Install": {"WantedBy": _UNITS},
}


def what_systemd_would_not_take(unit: str) -> list[str]:
    """The lines of a unit that systemd's manual does not have."""
    read = RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit)
    return [
        f"[{section}] {name}={value}"
        for section in read.sections()
        for name, value in read[section].items()
        if not re.fullmatch(LINES.get(section, {}).get(name, ""), value)
    ]


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(units()))
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    assert what_systemd_would_not_take(units()[name]) == []
    # Its own look at them, where it is: containers have no systemd.
    if shutil.which("systemd-analyze"):
        assert complaints_of_systemd(name, tmp_path) == []


def complaints_of_systemd(name: str, folder: Path) -> list[str]:
    # What is not on this machine is none of systemd's business.
    there = units()[name].replace("/srv/supportnet/.venv/bin/", f"{CALLED}/").replace("/srv/", "/")
    path = folder / f"{name}.service"
    path.write_text(there.replace("/supportnet\n", "/\n").replace("User=supportnet", "User=root"))
    command = ["systemd-analyze", "verify", "--man=no", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if name in line]


@pytest.mark.once
@pytest.mark.parametrize(
    ("line", "slip"),
    [
        ("KillMode=mixed", "KilMode=mixed"),
        ("KillMode=mixed", "KillMode=both"),
        ("TimeoutStopSec=100", "TimeoutStopSec=a while"),
        ("ExecStart=/srv", "ExecStart=srv"),
        ("[Service]", "[Services]"),
    ],
)
def test_a_slip_in_a_unit_is_noticed(line: str, slip: str) -> None:
    unit = units()["supportnet-web"]
    assert line in unit
    assert what_systemd_would_not_take(unit.replace(line, slip))
