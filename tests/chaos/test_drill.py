"""The drill reaches into the product by name: a name that moved is noticed here, within seconds."""

import importlib

import pytest
from django.conf import settings

from chaos import mutants
from chaos.book import open_book
from chaos.hook import sitecustomize as hook
from chaos.mutants import Mutant


@pytest.mark.parametrize("name", hook.SCALED)
def test_what_the_drill_scales_is_there(name: str) -> None:
    module = importlib.import_module(name)
    assert [constant for constant in hook.SCALED[name] if not hasattr(module, constant)] == []


@pytest.mark.parametrize("point", hook.CRASH_POINTS)
def test_crash_points_are_there(point: str) -> None:
    where, owner, name, _when = hook.CRASH_POINTS[point]
    module = importlib.import_module(where)
    assert callable(getattr(getattr(module, owner) if owner else module, name))


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.name)
def test_mutants_fit_the_product(mutant: Mutant) -> None:
    for file, old, new in mutant.changes:
        assert (settings.BASE_DIR / file).read_text().count(old) == 1, (file, new)


def test_the_book_has_all_faults_and_a_quick_run_twelve_of_them() -> None:
    book = open_book()
    assert list(book) == [f"F{number:02}" for number in range(1, 43)]
    assert sum(bool(fault.quick) for fault in book.values()) == 12
    assert all(fault.quick in ("", *fault.modes) for fault in book.values())
    assert all(fault.inject.__doc__ for fault in book.values()), "it stands in the table"
