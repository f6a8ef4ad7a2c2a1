"""Half an hour of an ordinary day: does any process grow?"""

import asyncio
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations

import psutil

from bench.compare import Row, Run
from bench.load import crowd, minutes
from bench.running import Running
from bench.visitors import Visitors

# A quarter of the load: what leaks does so at any pace, and others may use the machine.
_RATE = 30
_EVERY = 5.0
_HOUR = 3600.0
_MB = 1_000_000

# Of each process: when, how many bytes of memory of its own, how many open files.
Samples = dict[str, list[tuple[float, int, int]]]


def memory(run: Run) -> Iterator[Row]:
    """How much each process grows in an hour, once it is warm."""
    seconds = run.size(30 * 60, 20)
    visitors, samples = crowd(run), defaultdict(list)
    with Running(workers=2, beat=True, renewed=False) as site:
        visitors.port = site.port
        asyncio.run(_watched(visitors, site, seconds, samples))
    assert len(samples) >= len(("web", "2 hands", "2 workers", "4 hands", "beat"))
    slopes = {name: _slope(_warm(taken)) for name, taken in samples.items()}
    files = {name: _more_files(_warm(taken)) for name, taken in samples.items()}
    for name, slope in sorted(slopes.items()):
        own = samples[name][-1][1] / _MB
        print(f"{name}: {slope:+.2f} MB/h, {own:.0f} MB, {files[name]:+d} files")
    said = f"soak, {minutes(seconds)}"
    yield Row(f"{said}: most growth", "< 1 MB/h", [max(slopes.values())], unit="MB/h")
    yield Row(f"{said}: more open files", "<= 0 files", [max(files.values())], unit="files")
    wrong = Counter((one.kind, one.error) for one in visitors.seen if one.error)
    print(wrong)
    yield Row(f"{said}: errors", "== 0 requests", [wrong.total()], unit="requests")


async def _watched(visitors: Visitors, site: Running, seconds: float, samples: Samples) -> None:
    come = asyncio.create_task(visitors.come(_RATE, seconds))
    while not come.done():
        _take(site, samples)
        await asyncio.wait({come}, timeout=min(_EVERY, seconds / 10))
    await come


def _take(site: Running, samples: Samples) -> None:
    for name, process in site.each().items():
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_full_info().uss
            samples[f"{name} ({process.pid})"].append((time.monotonic(), memory, process.num_fds()))


def _warm(taken: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """The last two thirds: templates, plans and pools fill up first."""
    return taken[len(taken) // 3 :]


def _slope(taken: list[tuple[float, int, int]]) -> float:
    """MB an hour: the median of all slopes between two samples, so that one jump is no trend."""
    thinned = taken[:: max(1, len(taken) // 150)]
    pairs = combinations(thinned, 2)
    slopes = [
        (late[1] - early[1]) / (late[0] - early[0]) for early, late in pairs if late[0] > early[0]
    ]
    return statistics.median(slopes) * _HOUR / _MB if slopes else 0.0


def _more_files(taken: list[tuple[float, int, int]]) -> int:
    half = len(taken) // 2
    return int(
        statistics.median(files for *_, files in taken[half:])
        - statistics.median(files for *_, files in taken[:half])
    )
