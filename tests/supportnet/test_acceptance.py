"""The list of what was asked names tests that exist."""

import re

from django.conf import settings

TESTS = settings.BASE_DIR / "tests"
LINES = (settings.BASE_DIR / "docs" / "acceptance.md").read_text().splitlines()
_FILE = re.compile(r"`((?:\w+/)?test_\w+\.py)`")
_NAME = re.compile(r"`(test_\w+)`")


def test_every_named_test_is_there() -> None:
    unknown = []
    for line in LINES:
        files = _FILE.findall(line)
        unknown += [file for file in files if not (TESTS / file).is_file()]
        there = "".join((TESTS / file).read_text() for file in files if (TESTS / file).is_file())
        unknown += [name for name in _NAME.findall(line) if f"def {name}(" not in there]
    assert unknown == []


def test_every_line_has_a_mark() -> None:
    rows = [line for line in LINES if line.startswith("|") and "---" not in line]
    heads = [line for line in rows if line.endswith("| |")]

    assert len(heads) == sum("---" in line for line in LINES)
    assert all(line[-3] in "✔◐✘" for line in rows if line not in heads)
