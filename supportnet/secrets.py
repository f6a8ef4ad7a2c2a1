"""Secrets of a local installation: made once, kept in its own folder, never shipped."""

import base64
import os
import secrets
from pathlib import Path

_RINGS = ("VAULT_KEYS", "VAULT_HASH_KEYS", "LINK_KEYS")


def local_secrets(folder: Path) -> dict[str, str]:
    """The secrets kept in ``folder``; made on the first call, readable by the owner alone."""
    path = folder / "secrets.env"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"SECRET_KEY={secrets.token_urlsafe(50)}"]
        lines += [f"{name}=1:{_key()}" for name in _RINGS]
        _write_once(path, "\n".join(lines) + "\n")
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_once(path: Path, text: str) -> None:
    # Web, worker and beat start together: the first to link its file wins, the others read it.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
