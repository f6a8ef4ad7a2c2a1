"""Workers with too few handles, and workers that leak."""

import resource

from chaos import people, processes
from chaos.book import POSTGRES, fault
from chaos.clock import scaled, until
from chaos.stage import Stage

_HANDLES = 64
# A task leaks a megabyte; here it is as much more as the clock is faster.
_LEAK = round(1 / scaled(1))
_SOAK = 1800
_MOST = 480 << 20


@fault("F42", real=POSTGRES, late=600, timeout=400)
def few_handles_and_a_leak(stage: Stage) -> None:
    """64 file handles a process, and a task that leaks: recycled in time, and mail flows."""
    stage.start_servers()
    stage.start(CHAOS_LEAK=str(_LEAK))
    seen = set(stage.senders())
    for pid in stage.pids(" worker"):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (_HANDLES, _HANDLES))
    most, began, span = 0, stage.now(), scaled(_SOAK)
    while stage.now() - began < span:
        people.post(stage, 20)
        stage.quiet(300)
        now = stage.senders()
        seen.update(now)
        most = max([most, *(processes.resident(pid) for pid in now)])
        pause = stage.now()
        until(lambda pause=pause: stage.now() - pause > scaled(15), "the next round", 30)
    stage.told |= {"senders": len(seen), "most_megabytes": most >> 20}
    assert len(seen) > 4, f"nobody was recycled: {len(seen)} senders in all"
    assert most < _MOST, f"{most >> 20} MB in one process"
