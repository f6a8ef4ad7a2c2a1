"""Answer today's check-in: SUPPORTNET_URL=… SUPPORTNET_TOKEN=… python answer.py okay "A note"."""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from typing import Any


def answer(word: str, note: str = "") -> Any:
    """Say how it is. One key for both tries: sent twice, it is said once all the same."""
    request = urllib.request.Request(  # noqa: S310  the address is the person's own choice
        f"{os.environ['SUPPORTNET_URL']}/api/v1/answers/",
        data=json.dumps({"word": word, "note": note}).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['SUPPORTNET_TOKEN']}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    try:
        return _send(request)
    except urllib.error.HTTPError:
        raise
    except OSError:
        return _send(request)


def _send(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
        return json.load(response)


if __name__ == "__main__":
    try:
        said = answer(*sys.argv[1:3])
    except urllib.error.HTTPError as refused:
        sys.exit(refused.read().decode())
    sys.stdout.write(f"{said['local_date']}\n")
