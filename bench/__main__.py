"""Every comparison side by side in one run.

    make bench                   all of them
    make bench QUICK=1           a smoke of all of them in a few minutes
    make bench ONLY=idle-tick    one of them, or all of one module: clock, mails, pages, load

It starts a PostgreSQL and a Valkey of its own, with the durability of production, prints a table
and writes bench/results.json, which a smoke leaves alone. The comparisons themselves stand in
bench/comparisons.py.
"""

import argparse
import atexit
import datetime as dt
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bench import table
from bench.compare import Comparison
from bench.comparisons import COMPARISONS
from bench.ground import Ground

Rows = list[dict[str, Any]]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few rounds, small numbers")
    parser.add_argument("--only", default="", help="comparisons or modules, with commas")
    asked = parser.parse_args()
    wanted, begin = _wanted(asked.only), time.monotonic()
    ground, rows = Ground(_folder()), []
    print(
        f"{dt.datetime.now(dt.UTC):%d %B %Y}, {_machine()}{', a smoke' * asked.quick}", flush=True
    )
    for _, group in groupby(wanted, key=_place):
        for outcome in _measured(ground, list(group), quick=asked.quick):
            rows += outcome
            if not asked.quick:
                table.write(rows, whole=not asked.only)
    holding, failed = sum(row["holds"] for row in rows), sum("error" in row for row in rows)
    minutes = (time.monotonic() - begin) / 60
    print(f"\n{table.drawn(rows)}\n")
    print(f"{holding} of {len(rows)} hold, {failed} failed; {minutes:.1f} minutes")
    # The numbers of a smoke are too small to be judged: it shows that everything runs.
    return int(bool(failed) or (holding < len(rows) and not asked.quick))


def _wanted(only: str) -> list[Comparison]:
    names = set(filter(None, only.split(",")))
    known = {one.name for one in COMPARISONS} | {one.subject for one in COMPARISONS}
    if names - known:
        raise SystemExit(
            f"There is no {', '.join(names - known)}. There are: {', '.join(sorted(known))}"
        )
    chosen = [
        one for one in COMPARISONS if {one.name, one.subject} & names or not (names or one.apart)
    ]
    # What stands on the same ground runs in one process and may share what it seeded.
    places = list(dict.fromkeys(map(_place, chosen)))
    return sorted(chosen, key=lambda one: places.index(_place(one)))


def _place(comparison: Comparison) -> tuple[str, str]:
    return comparison.module, comparison.stage.name


def _measured(ground: Ground, group: Sequence[Comparison], *, quick: bool) -> Iterator[Rows]:
    """The rows of each comparison; a process that died or hung is followed by a fresh one."""
    while group:
        done = 0
        for outcome in _in_a_process(ground, group, quick=quick):
            yield _told(group[done], outcome)
            done += 1
        group = group[done:]


def _in_a_process(
    ground: Ground, group: Sequence[Comparison], *, quick: bool
) -> Iterator[dict[str, Any]]:
    """What a process found, one comparison after the other; the last one may be its death."""
    env = ground.env(group[0].stage) | {"BENCH_QUICK": str(int(quick))}
    lines, seen = Path(env["BENCH_LINES"]), 0
    lines.touch()
    command = [sys.executable, "-m", "bench.child", *(one.name for one in group)]
    child = subprocess.Popen(command, env=env, start_new_session=True)
    begin, why = time.monotonic(), ""
    try:
        while not why and seen < len(group):
            ended = child.poll() is not None
            fresh = lines.read_text().splitlines()[seen:]
            for line in fresh:
                yield json.loads(line)
                seen, begin = seen + 1, time.monotonic()
            if not fresh and ended:
                why = f"its process ended with {child.returncode}"
            elif time.monotonic() - begin > group[min(seen, len(group) - 1)].limit:
                why = f"not done after {group[seen].limit} s"
            time.sleep(0.2)
    finally:
        _end(child)
    if why:
        yield {"rows": [], "error": why, "took": round(time.monotonic() - begin)}


def _end(child: subprocess.Popen[bytes]) -> None:
    # Its own servers and workers end with it: they stand in one group.
    try:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(10)
    except ProcessLookupError:
        pass
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _told(comparison: Comparison, outcome: dict[str, Any]) -> Rows:
    rows: Rows = outcome["rows"]
    if outcome["error"]:
        empty = {"ours": None, "theirs": None, "ratio": None, "goal": "", "holds": False}
        rows.append({"name": comparison.name, **empty, "error": outcome["error"]})
    for row in rows:
        print(f"{comparison.name} ({outcome['took']} s): {table.line(row)}", flush=True)
    return rows


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="supportnet-bench-"))
    folder.chmod(0o711)  # PostgreSQL runs as nobody when we are root
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
