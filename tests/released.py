"""Versions that were released: what they knew of the database, and their code out of git."""

import io
import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


@dataclass(frozen=True)
class Release:
    """One released version."""

    called: str
    commit: str
    migrations: dict[str, list[str]]

    def unpack(self, folder: Path) -> None:
        """Its code, as it was. A clone without history asks its own origin for that one commit."""
        if not self._is_here():
            _git("fetch", "--quiet", "--depth", "1", "origin", self.commit)
        if not self._is_here():
            # In a clone that is too shallow for it nothing would be tried, and all look well.
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(
                f"NO HISTORY: the upgrade from {self.commit[:8]} was NOT run: git fetch --unshallow"
            )
        packed = _git("archive", "--format=tar", self.commit).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            tar.extractall(folder, filter="data")

    def _is_here(self) -> bool:
        return _git("cat-file", "-e", f"{self.commit}^{{commit}}").returncode == 0


def newest() -> Release:
    """The version that operators have."""
    return Release(**json.loads((ROOT / "tests" / "releases.json").read_text())[-1])


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
