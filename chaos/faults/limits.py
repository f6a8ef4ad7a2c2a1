"""Workers with too few handles, and workers that leak."""

import contextlib
import resource

from chaos import people, processes
from chaos.book import POSTGRES, fault
from chaos.clock import scaled, until
from chaos.faults.beat import silence, speak
from chaos.stage import Stage

_HANDLES = 64
# A task leaks two megabytes; here it is as much more as the clock is faster. In real time half an
# hour of two for each of 120 rounds, shared by six processes, would fill none of them.
_LEAK = max(6, round(2 / scaled(1)))
_SOAK = 1800
_MOST = 480 << 20


@fault("F42", real=POSTGRES, late=600, timeout=400)
def few_handles_and_a_leak(stage: Stage) -> None:
    """64 file handles a process, a task that leaks, half of the time no beat: renewed in time."""
    stage.start_servers()
    stage.start(CHAOS_LEAK=str(_LEAK))
    weighed = {"children": 0, "parents": 0}
    seen: dict[str, set[int]] = {who: set() for who in weighed}
    _soak(stage, seen, weighed, pause=15)
    beats = stage.pids(" beat")
    # Between two bells the workers' own poll does what beat should have done, and leaks.
    silence(stage, beats)
    _soak(stage, seen, weighed, pause=300)
    speak(stage, beats)
    stage.told |= {f"{who}_megabytes": most >> 20 for who, most in weighed.items()}
    stage.told |= {who: len(pids) for who, pids in seen.items()}
    assert len(seen["children"]) > 4, f"nobody was recycled: {seen}"
    assert max(weighed.values()) < _MOST, f"{max(weighed.values()) >> 20} MB in one process"


def _soak(
    stage: Stage, seen: dict[str, set[int]], weighed: dict[str, int], *, pause: float
) -> None:
    began, span = stage.now(), scaled(_SOAK / 2)
    while stage.now() - began < span:
        people.post(stage, 20)
        stage.quiet(300)
        _watch(stage, seen, weighed, pause)


def _watch(stage: Stage, seen: dict[str, set[int]], weighed: dict[str, int], pause: float) -> None:
    began = stage.now()
    until(
        lambda: _weigh(stage, seen, weighed) and stage.now() - began > scaled(pause),
        "the next round",
        scaled(pause) + 60,
    )


def _weigh(stage: Stage, seen: dict[str, set[int]], weighed: dict[str, int]) -> bool:
    children = set(stage.senders())
    for pid in stage.pids(" worker"):
        who = "children" if pid in children else "parents"
        if pid not in seen[who]:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (_HANDLES, _HANDLES))
            seen[who].add(pid)
        weighed[who] = max(weighed[who], processes.resident(pid))
    return True
