"""The server of the pages: gunicorn's gthread, as production has it, beside the others there are.

`make bench ONLY=servers`; not part of the run of all, for it takes a quarter of an hour. The mix of
the load goes to each of them in turns, with as many connections to the database as ours has; sync
has fewer, for each of its hands is a process.
"""

import asyncio
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import psutil

from bench.compare import Row, Run
from bench.load import RATE, at, crowd
from bench.running import GUNICORN, Running

SYNC = (*GUNICORN, "--worker-class", "sync", "--workers", "4", "--threads", "1")
GRANIAN = (
    "granian", "--interface", "wsgi", "supportnet.wsgi:application", "--host", "127.0.0.1",
    "--port", "{port}", "--workers", "2", "--blocking-threads", "4",
)  # fmt: skip


class Visit(NamedTuple):
    """What a server took for the same visitors."""

    worst: float  # of a hundred requests, in ms
    middle: float
    work: float  # processor time of a request, in ms
    memory: float  # of all its processes, in MB
    failed: int  # requests


def beside_others(run: Run) -> Iterator[Row]:
    """Waiting, work and memory of ours, each time beside another."""
    for name, server in (("gunicorn sync", SYNC), ("granian", GRANIAN)):
        ours, theirs = [], []
        for _ in range(run.rounds):
            theirs.append(_visited(run, server))
            ours.append(_visited(run, GUNICORN))
        units = {"worst": "ms", "middle": "ms", "work": "ms", "memory": "MB"}
        for which, unit in units.items():
            sides = [[getattr(one, which) for one in side] for side in (ours, theirs)]
            said = {"worst": "p99", "middle": "p50", "work": "processor time a request"}
            label = f"gthread against {name}: {said.get(which, which)}"
            yield Row(label, "<= 1.25 times", *sides, unit=unit)
        print(f"{name}: {[one.failed for one in theirs]} requests failed")
        failed = [one.failed for one in ours]
        yield Row(f"gthread beside {name}: failed", "== 0 requests", failed, unit="requests")


def _visited(run: Run, server: Sequence[str]) -> Visit:
    seconds, visitors = run.size(30, 5), crowd(run)
    with Running(server=server) as site:
        visitors.port = site.port
        asyncio.run(visitors.come(RATE / 4, 5))
        visitors.seen.clear()
        before = _work(site)
        asyncio.run(visitors.come(RATE, seconds))
        work, hands = _work(site) - before, site.each().values()
        memory = sum(hand.memory_full_info().uss for hand in hands)
    failed = sum(bool(one.error) for one in visitors.seen)
    times = sorted(1000 * one.seconds for one in visitors.seen)
    middle = statistics.median(times)
    return Visit(at(times, 0.99), middle, 1000 * work / len(times), memory / 1e6, failed)


def _work(site: Running) -> float:
    """Seconds of processor time of all hands so far."""
    taken = [psutil.Process(hand.pid).cpu_times() for hand in site.each().values()]
    return sum(one.user + one.system for one in taken)
