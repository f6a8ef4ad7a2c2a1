"""The table of a run, for people and as bench/results.json."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.compare import figure

RESULTS = Path(__file__).with_name("results.json")
_KEPT = ("name", "ours", "theirs", "ratio", "goal", "holds")
_HEADS = ("name", "ours", "theirs", "unit", "ratio", "least to most", "goal", "holds")


def write(rows: Iterable[dict[str, Any]], *, whole: bool) -> None:
    """Write the results; a part of the comparisons takes the place of its own lines alone."""
    fresh = [{key: row[key] for key in _KEPT} for row in rows]
    names = {row["name"] for row in fresh}
    earlier = json.loads(RESULTS.read_text()) if RESULTS.exists() and not whole else []
    kept = [row for row in earlier if row["name"] not in names]
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in kept + fresh)
    RESULTS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def drawn(rows: Iterable[dict[str, Any]]) -> str:
    """The rows as columns of text."""
    lines = [_HEADS, *map(_cells, rows)]
    widths = [max(len(line[number]) for line in lines) for number in range(len(_HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def line(row: dict[str, Any]) -> str:
    """One row as a line of its own, while the run goes on."""
    return "  ".join(filter(None, _cells(row)))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    if row.get("error"):
        return (row["name"], "", "", "", "", "", row["goal"], row["error"])
    ours, theirs, ratio = ("" if row[key] is None else figure(row[key]) for key in _KEPT[1:4])
    held = "yes" if row["holds"] else "NO"
    return (row["name"], ours, theirs, row["unit"], ratio, row["spread"], row["goal"], held)
