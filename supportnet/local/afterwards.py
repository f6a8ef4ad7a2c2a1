"""Ends what a supervisor started, once the supervisor itself is gone, by whatever hand.

It runs as a process of its own and reads the supervisor's pipe: each line lists the process groups
that live now. When the pipe closes, the groups of the last line are asked to end, then ended.
"""

import contextlib
import os
import signal
import sys
import time

_GRACE = 20.0


def _signal(group: int, number: int) -> bool:
    """Send a signal to a whole group; whether there was anybody left to get it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def end(groups: list[int]) -> None:
    """Ask every group to end, wait, and end whoever stayed."""
    deadline = time.monotonic() + _GRACE
    for group in groups:
        _signal(group, signal.SIGTERM)
    while time.monotonic() < deadline and any(_signal(group, 0) for group in groups):
        time.sleep(0.1)
    for group in groups:
        _signal(group, signal.SIGKILL)


if __name__ == "__main__":
    last = ""
    for last in sys.stdin:  # noqa: B007 - only the last line counts
        pass
    end([int(group) for group in last.split()])
