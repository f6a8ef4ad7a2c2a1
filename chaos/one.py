"""One run of one fault, in a process of its own: `python -m chaos.one F01 postgres 1 23000`.

It prints one JSON line. Its folder is kept when the run failed.
"""

import json
import shutil
import sys
import time
import traceback
from pathlib import Path

from chaos import servers, template
from chaos.book import Fault, open_book_of
from chaos.clock import FACTOR
from chaos.stage import Stage


def main() -> None:
    """Set the stage, inject, wait until it is quiet, judge."""
    id, mode, seed, port = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    servers.HOUSE.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder = servers.HOUSE / f"run-{id}-{mode}-{seed}-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    told = {"fault": id, "mode": mode, "seed": seed, "real": FACTOR == 1}
    told |= _run(id, mode, seed, port, folder)
    told["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(told), flush=True)
    if told["survived"]:
        shutil.rmtree(folder, ignore_errors=True)


def _run(id: str, mode: str, seed: int, port: int, folder: Path) -> dict[str, object]:
    template.lay_out(mode, folder, port + 2)
    stage = Stage(mode, seed, folder, port)
    stage.prepare()
    try:
        return _injected(open_book_of(id, seed), stage)
    finally:
        stage.end()


def _injected(fault: Fault, stage: Stage) -> dict[str, object]:
    from chaos import invariants  # noqa: PLC0415 - Django is set up by now

    failure = ""
    try:
        fault.inject(stage)
        stage.quiet()
        stage.until_all_left()
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"[:300]
        (stage.folder / "failure.txt").write_text(traceback.format_exc())
    verdict = invariants.judge(stage, late=fault.late, failure=failure)
    told = dict(verdict.__dict__)
    why = told.pop("why")
    return told | stage.told | {"survived": verdict.survived} | ({"why": why} if why else {})


if __name__ == "__main__":
    main()
