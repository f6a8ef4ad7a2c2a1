"""The drill's clock: spans of the product, as they are in this run."""

import time
from collections.abc import Callable
from typing import Any

from chaos.hook import sitecustomize as hook

FACTOR = hook.FACTOR


def scaled(seconds: float) -> float:
    """So many real seconds of the product are so many seconds here."""
    return seconds * FACTOR


def until(ask: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """The first answer that is true; raises Late when none comes. Seconds are not scaled."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise Late(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)
    return answer


class Late(AssertionError):
    """Something did not happen in its time."""
