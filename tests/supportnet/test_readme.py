"""What the README says about settings is so."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_every_setting_of_the_environment_stands_in_the_table_and_no_other() -> None:
    code = (ROOT / "supportnet/settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|_secret)\(\s*"([A-Z_]+)"', code))
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.M))

    assert "VAULT_KEYS" in read
    assert table == read


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    texts = [(ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md")]
    named = {name for text in texts for name in re.findall(r"`?make ([a-z]+)", text)}

    assert {"run", "test"} <= named <= targets
