"""`make faults`: every fault of the book, one JSON line for each run, and a last line for all.

QUICK=1     one seed of the twelve most telling
ONLY=F05    these alone, with commas between them
RESUME=1    go on where the last run stopped
REAL=1      only the runs with real leases, deadlines and waits; a full run has them as well
SEEDS=1     so many seeds
MUTANTS=1   break the product in five ways, and see that the drill notices each
JOBS=2      so many runs at a time (two in a quick run); each has ports and folders of its own
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

import django

from chaos import mutants, servers
from chaos.book import ALSO, Fault, open_book

_ROOT = Path(__file__).resolve().parent.parent
_RESULTS = _ROOT / "var" / "chaos" / "results.jsonl"
_FACTOR = "0.05"
_PORTS, _PORTS_EACH = int(os.environ.get("CHAOS_PORT", "23000")), 20
_SUMS = ("lost", "doubled", "doubled_unflagged", "in_doubt", "kills", "acked_missing")


class Run(NamedTuple):
    """One run of a fault."""

    fault: Fault
    mode: str
    seed: int
    real: bool = False

    @property
    def name(self) -> tuple[str, str, int, bool]:
        return self.fault.id, self.mode, self.seed, self.real


def main() -> int:
    """Run what was asked for; 0 when everything was survived."""
    # Faults speak of the product's models; the runner itself touches no data.
    os.environ |= {"SUPPORTNET_MODE": "local", "SUPPORTNET_VAR": str(servers.HOUSE / "runner")}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "supportnet.settings"}
    django.setup()
    if os.environ.get("MUTANTS"):
        return mutants.main(run_one, _PORTS)
    runs = list(_chosen(open_book()))
    done = _done_before()
    results = [done[run.name] for run in runs if run.name in done]
    _RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with _RESULTS.open("a" if done else "w") as file:
        for result in _all([run for run in runs if run.name not in done]):
            print(json.dumps(result), flush=True)
            file.write(json.dumps(result) + "\n")
            file.flush()
            results.append(result)
    last = _sum(results)
    print(json.dumps(last), flush=True)
    return int(last["survived"] != last["faults"])


def _chosen(book: dict[str, Fault]) -> Iterator[Run]:
    asked = os.environ
    only = [id for id in asked.get("ONLY", "").split(",") if id]
    quick, real = bool(asked.get("QUICK")), bool(asked.get("REAL"))
    seeds = int(asked["SEEDS"]) if asked.get("SEEDS") else None
    for fault in book.values():
        if only and fault.id not in only or quick and not fault.quick:
            continue
        if quick:
            yield Run(fault, fault.quick, 1)
            continue
        if not real:
            for mode in fault.modes:
                yield from (Run(fault, mode, seed) for seed in fault.seeds[:seeds])
        if not real and seeds is None:
            more = [one for (id, _seed), one in ALSO.items() if id == fault.id]
            yield from (Run(one, mode, one.seeds[0]) for one in more for mode in one.modes)
        if fault.real and (real or not asked.get("SCALED")):
            yield Run(fault, fault.real, 1, real=True)


def _all(runs: list[Run]) -> Iterator[dict[str, Any]]:
    """The results, in order; a few at a time when there are hands for it."""
    hands = int(os.environ.get("JOBS") or (2 if os.environ.get("QUICK") else 1))
    places: SimpleQueue[int] = SimpleQueue()
    for number in range(hands):
        places.put(_PORTS + number * _PORTS_EACH)

    def one(run: Run) -> dict[str, Any]:
        port = places.get()
        try:
            result = run_one(run.fault, run.mode, run.seed, port, real=run.real)
            if os.environ.get("QUICK") and _was_only_late(result):
                once_more = run_one(run.fault, run.mode, run.seed, port, real=run.real)
                result = once_more | {"once_more_after": result["why"]}
            return result
        finally:
            places.put(port)

    with ThreadPoolExecutor(hands) as pool:
        yield from pool.map(one, runs)


def _was_only_late(result: dict[str, Any]) -> bool:
    """Whether the machine was too slow, and nothing else: what is lost or doubled stands."""
    broken = any(result[name] for name in ("lost", "doubled_unflagged", "acked_missing"))
    slow = all(why.startswith(("Late", "I6", "it was ended")) for why in result.get("why", []))
    return not result["survived"] and slow and not broken


def run_one(
    fault: Fault, mode: str, seed: int, port: int, *, real: bool = False, tree: Path = _ROOT
) -> dict[str, Any]:
    """One run in a process of its own; what it printed, or why it printed nothing."""
    told: dict[str, Any] = {"fault": fault.id, "mode": mode, "seed": seed, "real": real}
    told |= dict.fromkeys(_SUMS, 0) | {"survived": False}
    if fault.missing:
        return told | {"why": [f"did not run: needs {', '.join(fault.missing)}"]}
    factor = "1" if real else os.environ.get("CHAOS_FACTOR", _FACTOR)
    environment = os.environ | {"CHAOS_FACTOR": factor, "PYTHONPATH": str(tree / "chaos" / "hook")}
    process = subprocess.Popen(
        [sys.executable, "-m", "chaos.one", fault.id, mode, str(seed), str(port)],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # What it started ends with it.
    alarm = threading.Timer(fault.timeout + (1800 if real else 0), process.kill)
    alarm.start()
    out, err = process.communicate()
    alarm.cancel()
    lines = [line for line in out.splitlines() if line.startswith('{"fault"')]
    if not lines:
        said = (err.strip().splitlines() or ["it was ended: too long"])[-1]
        return told | {"why": [said[:300]]}
    return dict(json.loads(lines[-1]))


def _done_before() -> dict[tuple[str, str, int, bool], dict[str, Any]]:
    if not os.environ.get("RESUME") or not _RESULTS.exists():
        return {}
    lines = [json.loads(line) for line in _RESULTS.read_text().splitlines()]
    return {(one["fault"], one["mode"], one["seed"], one["real"]): one for one in lines}


def _sum(results: list[dict[str, Any]]) -> dict[str, int]:
    faults = {result["fault"] for result in results}
    fallen = {result["fault"] for result in results if not result["survived"]}
    sums = {name: sum(int(result.get(name, 0)) for result in results) for name in _SUMS}
    return {"faults": len(faults), "survived": len(faults - fallen), **sums}


if __name__ == "__main__":
    sys.exit(main())
