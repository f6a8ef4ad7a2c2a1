"""One process of a run: comparisons of one module on one stage, one after the other.

Each process has a database and settings of its own, so that what one leaves behind or breaks is
nobody else's. What it finds goes line by line into the file that the run reads.
"""

import importlib
import json
import os
import sys
import time
import traceback
from pathlib import Path

import django
from django.core.management import call_command

from bench.compare import Comparison, Run
from bench.comparisons import COMPARISONS


def main() -> None:
    if os.environ["BENCH_DATABASE"]:
        django.setup()
        call_command("migrate", verbosity=0)
    known = {one.name: one for one in COMPARISONS}
    run = Run(quick=os.environ["BENCH_QUICK"] == "1")
    for name in sys.argv[1:]:
        outcome = _measured(known[name], run)
        with Path(os.environ["BENCH_LINES"]).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(outcome) + "\n")


def _measured(comparison: Comparison, run: Run) -> dict[str, object]:
    begin, rows, error = time.monotonic(), [], ""
    try:
        module = importlib.import_module(comparison.module)
        for row in getattr(module, comparison.function)(run):
            rows.append(row.as_json() | {"unit": row.unit, "spread": row.spread})
    except Exception as failure:  # one that fails stops no other
        traceback.print_exc()
        error = f"{type(failure).__name__}: {failure}".splitlines()[0][:160]
    return {"rows": rows, "error": error, "took": round(time.monotonic() - begin)}


if __name__ == "__main__":
    main()
