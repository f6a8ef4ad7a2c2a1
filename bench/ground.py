"""The servers of a run: PostgreSQL with the durability of production, a Valkey a process."""

import os
from pathlib import Path

import psycopg2

from bench.compare import Stage
from tests.servers import start_postgres, start_valkey

# What was committed survives the machine.
_DURABLE = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=1GB",
    "max_wal_size=4GB",
    "max_connections=100",
)


class Ground:
    """Servers in one folder, started when the first comparison needs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._postgres = ""
        self._count = 0

    def env(self, stage: Stage) -> dict[str, str]:
        """The environment of a process on this stage: a database of its own, empty."""
        self._count += 1
        corner = self.folder / f"corner{self._count}"
        corner.mkdir()
        env = {name: value for name, value in os.environ.items() if name not in _OURS} | {
            "DJANGO_SETTINGS_MODULE": "supportnet.settings",
            "SUPPORTNET_MODE": "test",
            "SUPPORTNET_VAR": str(corner),
            "LOG_LEVEL": "WARNING",
            "STATEMENT_TIMEOUT": "0",  # a million rows are sown in one
            "BENCH_DATABASE": stage.database,
            "BENCH_LINES": str(corner / "lines"),
        }
        if stage.database == "postgres":
            env |= {"DATABASE_URL": self._fresh_database(), "REDIS_URL": start_valkey(corner)}
        return env | stage.env

    def _fresh_database(self) -> str:
        if not self._postgres:
            server = self.folder / "postgres"
            server.mkdir()
            self._postgres = start_postgres(server, settings=_DURABLE)
        connection = psycopg2.connect(self._postgres)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE bench{self._count}")
        connection.close()
        return self._postgres.replace("/postgres?", f"/bench{self._count}?")


_OURS = {"DATABASE_URL", "REDIS_URL", "TEST_DATABASE"}
