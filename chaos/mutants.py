"""Five ways to break the product; a drill that does not notice each of them is blind."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.book import POSTGRES, open_book

_ROOT = Path(__file__).resolve().parent.parent
_BROKEN = ("I1", "I2", "I3", "I4", "AssertionError")
_TRIES = 2  # a race may end well once, also where it should not
_SLOT = "cadence.newest_due(since=due_at, now=now, rhythm=rhythm)"


@dataclass(frozen=True)
class Mutant:
    """A way to break it, and the fault that has to notice."""

    name: str
    fault: str
    changes: tuple[tuple[str, str, str], ...]  # file, what stands there once, what comes instead
    seed: int = 1


MUTANTS = (
    Mutant(
        "settle before send",
        "F01",
        (
            (
                "outbox/work.py",
                "            self._hand_over(letter)\n",
                "            claims.settle(\n"
                "                self._journal.owner,\n"
                "                {message.pk: claims.sent(message)},\n"
                "                now=now(),\n"
                "            )\n"
                "            self._hand_over(letter)\n",
            ),
        ),
    ),
    Mutant(
        "unique key dropped",
        "F22",
        (
            ("outbox/models/message.py", "max_length=120, unique=True", "max_length=120"),
            ("outbox/models/message.py", " ON CONFLICT (dedupe_key) DO NOTHING", ""),
            (
                "outbox/migrations/0001_initial.py",
                "('dedupe_key', models.CharField(max_length=120, unique=True))",
                "('dedupe_key', models.CharField(max_length=120))",
            ),
        ),
    ),
    Mutant(
        "fence dropped",
        "F41",
        (("outbox/claims.py", "return self._cursor.fetchone() is not None", "return True"),),
        seed=4,
    ),
    Mutant(
        "lease ignored",
        "F05",
        (("outbox/work.py", "return self._lease_ends - self._steady()", "return 86400.0"),),
    ),
    Mutant(
        "catch-up ignored",
        "F33",
        (
            (
                "checkins/dispatch.py",
                _SLOT,
                "cadence.newest_due(since=due_at, now=due_at, rhythm=rhythm)",
            ),
            ("checkins/dispatch.py", "if leaves_at >= expires_at:", "if now < due_at:"),
            (
                "checkins/dispatch.py",
                "min(expires_at, closes_at)",
                "now + dt.timedelta(days=1)",
            ),
        ),
    ),
)


def main(run_one: Callable[..., dict[str, Any]], port: int) -> int:
    """Each mutant in a copy of the sources; 0 when every one was caught."""
    caught = 0
    for mutant in MUTANTS:
        with tempfile.TemporaryDirectory(prefix="supportnet-mutant-") as folder:
            tree = Path(folder) / "tree"
            _copy(tree)
            for change in mutant.changes:
                _break(tree, *change)
            fault, is_caught = open_book()[mutant.fault], False
            for _try in range(_TRIES):
                result = run_one(fault, POSTGRES, mutant.seed, port, tree=tree)
                # Too slow is no proof: it has to be a promise that was seen broken.
                is_caught = any(word.startswith(_BROKEN) for word in result.get("why", ()))
                if is_caught:
                    break
        caught += is_caught
        told = {"mutant": mutant.name, "fault": mutant.fault, "caught": is_caught}
        print(json.dumps(told | {"why": result.get("why", [])}), flush=True)
    print(json.dumps({"mutants": len(MUTANTS), "caught": caught}))
    print(f"{caught} of {len(MUTANTS)}")
    return int(caught != len(MUTANTS))


def _copy(tree: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.splitlines():
        if (_ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(_ROOT / name, tree / name)
    if (_ROOT / "staticfiles").exists():
        os.symlink(_ROOT / "staticfiles", tree / "staticfiles")


def _break(tree: Path, name: str, old: str, new: str) -> None:
    text = (tree / name).read_text()
    if text.count(old) != 1:
        raise SystemExit(f"{name} changed: a mutant does not fit any more")
    (tree / name).write_text(text.replace(old, new))
