"""What a comparison is: two sides measured in turn in one run, and the goal for their ratio.

A comparison is a small function in the module of its subject, named in `bench/comparisons.py`. It
gets a ``Run``, measures both sides in turn and gives back ``Row``s. What counts is the ratio of the
medians: an absolute time says as much about the machine as about us.
"""

import operator
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, "==": operator.eq}


@dataclass(frozen=True)
class Stage:
    """Which servers a comparison stands on; each process of a stage gets a fresh database."""

    name: str
    database: str  # "postgres", "sqlite" or "" for none
    env: Mapping[str, str] = field(default_factory=dict)


POSTGRES = Stage("PostgreSQL and Valkey", "postgres")
SQLITE = Stage("SQLite", "sqlite")
BARE = Stage("no database", "")


@dataclass(frozen=True)
class Row:
    """One line of the table: the samples of both sides, and the goal.

    With ``theirs`` the goal is about ours / theirs, else about ours alone. So for times a goal
    reads "<= 3", and where more is better both sides are given as rates and it reads ">= 0.80".
    """

    name: str
    goal: str
    ours: Sequence[float]
    theirs: Sequence[float] | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        if self.theirs is None:
            return None
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def spread(self) -> str:
        """The least and the most: of the rounds' own ratios, or of ours where it stands alone."""
        values = list(self.ours)
        if self.theirs is not None:
            values = [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        return f"{figure(min(values))} to {figure(max(values))}" if len(values) > 1 else ""

    @property
    def holds(self) -> bool:
        sign, bound = self.goal.split()[:2]
        judged = statistics.median(self.ours) if self.ratio is None else self.ratio
        return bool(_SIGNS[sign](judged, float(bound)))

    def as_json(self) -> dict[str, Any]:
        theirs = None if self.theirs is None else rounded(statistics.median(self.theirs))
        return {
            "name": self.name,
            "ours": rounded(statistics.median(self.ours)),
            "theirs": theirs,
            "ratio": None if self.ratio is None else rounded(self.ratio),
            "goal": self.goal,
            "holds": self.holds,
        }


@dataclass(frozen=True)
class Run:
    """How much is measured: all of it, or a smoke of everything in a few minutes."""

    quick: bool = False

    @property
    def rounds(self) -> int:
        return 2 if self.quick else 5

    def size(self, full: int, quick: int) -> int:
        """A number of rows, calls or seconds, smaller in a smoke."""
        return quick if self.quick else full

    def turns(
        self,
        ours: Callable[[], object],
        theirs: Callable[[], object],
        *,
        before: Callable[[], object] = lambda: None,
        after: Callable[[], object] = lambda: None,
        calls: int = 1,
        clock: Callable[[], float] = time.perf_counter,
    ) -> tuple[list[float], list[float]]:
        """Seconds of both sides, one round after the other: theirs, ours, theirs, ours.

        ``before`` makes the same ground for each and ``after`` looks whether the work was done;
        neither is counted. With ``calls`` both sides are called that often in turn in each round,
        and the round's sample is the median call.
        """
        samples: tuple[list[float], list[float]] = ([], [])
        for _ in range(self.rounds):
            taken: tuple[list[float], list[float]] = ([], [])
            for call in range(calls):
                for job, times in ((theirs, taken[1]), (ours, taken[0])):
                    if call == 0:
                        before()
                    times.append(_seconds(job, clock))
                    if call == calls - 1:
                        after()
            for side, times in zip(samples, taken, strict=True):
                side.append(statistics.median(times))
        return samples


@dataclass(frozen=True)
class Comparison:
    """A measurement under a name that ``ONLY=`` knows.

    ``where`` is the function, as in "bench.clock.idle_tick"; ``limit`` are the seconds it may take.
    What stands ``apart`` runs only when it is asked for by name.
    """

    name: str
    where: str
    stage: Stage = POSTGRES
    limit: int = 600
    apart: bool = False

    @property
    def subject(self) -> str:
        return self.module.rpartition(".")[2]

    @property
    def module(self) -> str:
        return self.where.rpartition(".")[0]

    @property
    def function(self) -> str:
        return self.where.rpartition(".")[2]


def per_second(count: int, seconds: Iterable[float]) -> list[float]:
    """Times as rates."""
    return [count / value for value in seconds]


def rounded(value: float) -> float:
    """Four digits that count; more would be noise."""
    return float(f"{value:.4g}")


def figure(value: float) -> str:
    """A number as people read it in a table."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _seconds(job: Callable[[], object], clock: Callable[[], float]) -> float:
    begin = clock()
    job()
    return clock() - begin
