"""The book of faults: what each one is called, where it runs, and how late mail may be in it."""

import importlib
import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django

from chaos import faults

if TYPE_CHECKING:
    from chaos.stage import Stage

POSTGRES, SQLITE = "postgres", "sqlite"
BOTH = (POSTGRES, SQLITE)
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Fault:
    """One fault: ``inject`` sets the stage, does the harm and checks what is special about it."""

    id: str
    inject: Callable[["Stage"], None]
    modes: tuple[str, ...] = BOTH
    quick: str = ""  # the mode in which it is one of the twelve of a quick run
    real: str = POSTGRES  # the mode in which it runs once with real leases; empty: with no clock
    late: float = 300.0  # seconds on the product's clock from due to accepted, at most
    needs: tuple[str, ...] = ()  # root: who may put a disk in memory
    seeds: tuple[int, ...] = SEEDS
    timeout: float = 600.0  # seconds at which a scaled run is ended as failed

    @property
    def missing(self) -> list[str]:
        """What this machine lacks for it."""
        return [need for need in self.needs if not _HAVE[need]()]


FAULTS: dict[str, Fault] = {}
ALSO: dict[tuple[str, int], Fault] = {}


def fault(id: str, **told: object) -> Callable[[Callable[["Stage"], None]], Fault]:
    """Write a fault into the book."""

    def write(inject: Callable[["Stage"], None]) -> Fault:
        assert id not in FAULTS, f"{id} stands in the book twice"
        FAULTS[id] = Fault(id, inject, **told)  # type: ignore[arg-type]
        return FAULTS[id]

    return write


def also(id: str, *, seed: int, **told: object) -> Callable[[Callable[["Stage"], None]], Fault]:
    """Write one more run of a fault into the book, harmed in a way of its own."""

    def write(inject: Callable[["Stage"], None]) -> Fault:
        ALSO[id, seed] = Fault(id, inject, seeds=(seed,), real="", **told)  # type: ignore[arg-type]
        return ALSO[id, seed]

    return write


def open_book() -> dict[str, Fault]:
    """All faults, by number."""
    for module in pkgutil.iter_modules(faults.__path__):
        importlib.import_module(f"chaos.faults.{module.name}")
    return dict(sorted(FAULTS.items()))


def open_book_of(id: str, seed: int) -> Fault:
    """One fault. Its module is read after the stage is set, so it may import Django's models."""
    django.setup()
    book = open_book()
    return ALSO.get((id, seed), book[id])


def _is_root() -> bool:
    return os.geteuid() == 0


_HAVE: dict[str, Callable[[], object]] = {"root": _is_root}
