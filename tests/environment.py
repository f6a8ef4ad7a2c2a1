"""Sets the stage before Django reads its settings.

A plugin (see pyproject.toml), because Django's settings are read before any conftest. The session
gets a folder of its own; with TEST_DATABASE=postgres also PostgreSQL and Valkey, from DATABASE_URL
and REDIS_URL where they are set and out of wheels where not. Workers of xdist inherit all of it.
"""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers import start_postgres, start_valkey

_FOLDER = "supportnet-test-"

# Looking for rubbish after each 700 new objects takes a tenth of a run's time, and finds little.
gc.set_threshold(10_000)

# An assert in a helper tells as much as one in a test.
_LOADED = {"environment", "servers"}
_HELPERS = {path.stem for path in Path(__file__).parent.iterdir()} - _LOADED
pytest.register_assert_rewrite(*(f"tests.{name}" for name in sorted(_HELPERS)))


# Nothing that is imported or collected will ever be litter, and looking through it takes long.
gc.disable()


def pytest_collection_finish() -> None:
    """What is there by now stays: only what tests make is looked through, and more rarely."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_report_header() -> str:
    """The database stands in the first lines of every run."""
    return f"database: {urlsplit(os.environ.get('DATABASE_URL', 'sqlite://')).scheme}"


def _set_the_stage() -> None:
    _sweep_up()
    os.environ["SUPPORTNET_MODE"] = "test"
    os.environ["SUPPORTNET_VAR"] = str(_folder())
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the test's thread
    if os.environ.get("TEST_DATABASE", "sqlite") != "postgres":
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("REDIS_URL", None)
        return
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = start_postgres(_folder())
    if "REDIS_URL" not in os.environ:
        os.environ["REDIS_URL"] = start_valkey(_folder())


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _sweep_up() -> None:
    # A run that was killed could not: its servers ended with it, its folders stayed.
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        owner = folder.name.removeprefix(_FOLDER).split("-")[0]
        if Path("/proc/self").exists() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _take_a_corner(worker: str) -> None:
    # Files and counters of one worker are not those of its neighbours; databases are split already.
    corner = Path(os.environ["SUPPORTNET_VAR"], worker)
    corner.mkdir(exist_ok=True)
    os.environ["SUPPORTNET_VAR"] = str(corner)
    if url := os.environ.get("REDIS_URL"):
        number = int(worker.removeprefix("gw"))
        os.environ["REDIS_URL"] = urlsplit(url)._replace(path=f"/{number}").geturl()


# Imported by the first process of a run and by each of its workers, which find the stage set.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    _take_a_corner(worker)
else:
    _set_the_stage()
