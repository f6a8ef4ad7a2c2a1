"""Production's own settings in a folder of the benchmark's, and one empty page more."""

import os
import secrets
from base64 import b64encode
from pathlib import Path

_RING = "1:" + b64encode(secrets.token_bytes(32)).decode()
_INSTEAD = {
    "SUPPORTNET_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "VAULT_KEYS": _RING,
    "VAULT_HASH_KEYS": _RING,
    "LINK_KEYS": _RING,
    "SITE_URL": "https://bench.supportnet.invalid",
    "MAIL_FROM": "hello@bench.supportnet.invalid",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "LOG_LEVEL": "ERROR",
}
for _name, _value in _INSTEAD.items():
    os.environ.setdefault(_name, _value)

from supportnet.settings import *  # noqa: E402,F403
from supportnet.settings import VAR_DIR  # noqa: E402

STATIC_ROOT = Path(VAR_DIR) / "static"
ROOT_URLCONF = "bench.urls"
