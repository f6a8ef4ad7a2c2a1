"""What was seen, as the table of docs/reliability.md: `python -m chaos.table [results.jsonl …]`."""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import django

from chaos import servers
from chaos.book import open_book

_RESULTS = Path(__file__).resolve().parent.parent / "var" / "chaos" / "results.jsonl"
_HEAD = "| fault | promise | runs | lost | doubled ≤ in doubt ≤ kills | latest | |"


def main() -> None:
    """Print a row for each fault; the newest result of a run counts."""
    os.environ |= {"SUPPORTNET_MODE": "local", "SUPPORTNET_VAR": str(servers.HOUSE / "runner")}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "supportnet.settings"}
    django.setup()
    runs: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
    for path in [Path(name) for name in sys.argv[1:]] or [_RESULTS]:
        for line in path.read_text().splitlines():
            if line.startswith('{"fault"'):
                one = json.loads(line)
                runs[one["fault"]][one["mode"], one["seed"], one["real"]] = one
    print(_HEAD)
    print("|---" * _HEAD.count(" |") + "|")
    for fault in open_book().values():
        print(_row(fault.id, fault.inject.__doc__ or "", list(runs[fault.id].values())))


def _row(id: str, promise: str, runs: list[dict[str, Any]]) -> str:
    if not runs:
        return f"| {id} | {promise} | not run | | | | |"
    counts = [f"{sum(not one['real'] for one in runs)}"]
    counts += ["1 real"] if any(one["real"] for one in runs) else []
    doubled, in_doubt, kills = (
        sum(one[name] for one in runs) for name in ("doubled", "in_doubt", "kills")
    )
    latest = max(one.get("late_max", 0) for one in runs if not one["real"] or len(runs) == 1)
    fallen = sum(not one["survived"] for one in runs)
    mark = f"✘ {fallen} of {len(runs)}" if fallen else "✔"
    lost = sum(one["lost"] for one in runs)
    weighed = f"{doubled} ≤ {in_doubt} ≤ {kills}"
    cells = [id, promise, " + ".join(counts), str(lost), weighed, f"{latest:.0f} s", mark]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
