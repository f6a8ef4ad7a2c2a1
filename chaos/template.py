"""A migrated, empty database of each kind, made once and copied for every run."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from chaos import servers
from chaos.book import POSTGRES
from chaos.clock import until

_ROOT = Path(__file__).resolve().parent.parent


def lay_out(mode: str, folder: Path, port: int) -> None:
    """Put a migrated database and fresh local secrets into the folder of a run."""
    template = _template(mode, port)
    shutil.copytree(template / "var", folder / "var")
    if mode == POSTGRES:
        # cp keeps the owner, which is not us.
        copy = ["cp", "-a", str(template / "data"), str(folder / "data")]
        subprocess.run(copy, check=True)


def _template(mode: str, port: int) -> Path:
    servers.programs()
    template = servers.HOUSE / f"{mode}-{_migrations()}"
    with servers.alone():
        if not (template / "whole").exists():
            shutil.rmtree(template, ignore_errors=True)
            (template / "var").mkdir(parents=True)
            template.chmod(0o711)
            _make(mode, template, port)
            (template / "whole").touch()
    return template


def _make(mode: str, template: Path, port: int) -> None:
    environment = os.environ | {"SUPPORTNET_MODE": "local", "SUPPORTNET_VAR": f"{template}/var"}
    for name in ("DATABASE_URL", "REDIS_URL", "PYTHONPATH"):
        environment.pop(name, None)
    if mode != POSTGRES:
        _migrate(environment)
        return
    servers.make_cluster(template / "data")
    command = servers.postgres_command(template / "data", port, ())
    postgres = subprocess.Popen(command, user=servers.postgres_user(), stderr=subprocess.DEVNULL)
    environment["DATABASE_URL"] = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    until(lambda: _tried(environment), "a migrated database")
    postgres.send_signal(signal.SIGINT)
    postgres.wait()


def _tried(environment: dict[str, str]) -> bool:
    try:
        _migrate(environment)
    except subprocess.CalledProcessError:
        return False
    return True


def _migrate(environment: dict[str, str]) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=_ROOT, env=environment, check=True)


def _migrations() -> str:
    seen = hashlib.sha256()
    for path in sorted(_ROOT.glob("*/migrations/*.py")):
        seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:12]
