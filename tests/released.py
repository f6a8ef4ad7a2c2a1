"""Versions that were released: what they knew of the database, and the code of the newest."""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

# The code lies here and is not asked of git: a clone without history, or a folder that is no clone
# at all, tries the upgrade too.
_RELEASES = Path(settings.BASE_DIR) / "tests" / "releases"


@dataclass(frozen=True)
class Release:
    """One released version."""

    called: str
    commit: str
    migrations: dict[str, list[str]]

    def unpack(self, folder: Path) -> None:
        """Its code, as it was: what ``git archive`` gave of the rooms, templates and static."""
        with tarfile.open(_RELEASES / f"{self.commit[:8]}.tar.xz") as tar:
            tar.extractall(folder, filter="data")


def newest() -> Release:
    """The version that operators have."""
    return Release(**json.loads((_RELEASES / "releases.json").read_text())[-1])
