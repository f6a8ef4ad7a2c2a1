"""The rules of the house that a machine can read. Each rule is shown a breach, so none is blind."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

pytestmark = pytest.mark.once

FLOORS = {
    "supportnet": 7,
    "moderation": 6,
    "checkins": 5,
    "circles": 4,
    "accounts": 3,
    "outbox": 2,
    "library": 1,  # ground as well, but each of its models says its part, which is the vault's word
    "vault": 0,
}
# HTTP, JSON and later: they find, ask a verb, answer. They choose and write no rows themselves.
_EDGES = ("views", "api", "tasks")
_WRITES = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "update", "filter"}
_MAY_ASK_THE_CLOCK = ("views", "api", "tasks", "commands", "middleware", "admin", "local")
_CLOCKS = {"timezone.now", "datetime.now", "datetime.utcnow", "date.today", "timezone.localdate"}
_CLOCKS |= {f"dt.{name}" for name in ("datetime.now", "datetime.utcnow", "date.today")}
_BANNED_NAMES = {"utils", "util", "helpers", "services", "core", "common", "misc", "signals"}
_BANNED_IMPORTS = {
    "django.dispatch": "no signals",
    "django.db.models.signals": "no signals",
    "django.core.signals": "no signals",
    "django.contrib.contenttypes": "no generic relations",
    "requests": "no requests to elsewhere",
    "urllib.request": "no requests to elsewhere",
    "http.client": "no requests to elsewhere",
    "unittest.mock": "no mocks",
}
_IDS = {"int", "str", "list[int]", "list[str]", "int | None", "str | None"}


@dataclass(frozen=True)
class Source:
    """One file of ours, read once."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.path.split("/")[0]

    def is_one_of(self, names: tuple[str, ...]) -> bool:
        """Whether this is, or lies in a folder called, one of ``names``."""
        parts = self.path.removesuffix(".py").split("/")
        return any(part in names for part in parts[1:])

    def nodes(self, kind: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))


def source(path: str, text: str) -> Source:
    return Source(path, text, ast.parse(text))


@cache
def sources() -> tuple[Source, ...]:
    root = Path(settings.BASE_DIR)
    found = [path for room in FLOORS for path in sorted((root / room).glob("**/*.py"))]
    return tuple(
        source(str(path.relative_to(root)), path.read_text())
        for path in found
        if "migrations" not in path.parts
    )


def _imports(one: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def _functions(one: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(one.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def imports_go_down(one: Source) -> Iterator[str]:
    for line, module in _imports(one):
        room = module.split(".")[0]
        if room == one.room or room not in FLOORS:
            continue
        if FLOORS[room] >= FLOORS[one.room]:
            yield f"{one.path}:{line} imports {module}, which is not below it"


def imports_stand_on_top(one: Source) -> Iterator[str]:
    for function in _functions(one):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{one.path}:{node.lineno} imports inside {function.name}"


def banned_things_stay_out(one: Source) -> Iterator[str]:
    for line, module in _imports(one):
        for banned, why in _BANNED_IMPORTS.items():
            if module == banned or module.startswith(f"{banned}."):
                yield f"{one.path}:{line} imports {module}: {why}"
        if module == "celery.signals" and one.path != "supportnet/celery.py":
            yield f"{one.path}:{line} imports {module}: only supportnet/celery.py may"
    if one.is_one_of(tuple(_BANNED_NAMES)):
        yield f"{one.path} is named for no subject"


def edges_write_nothing(one: Source) -> Iterator[str]:
    if not one.is_one_of(_EDGES):
        return
    for node in one.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _WRITES:
            yield f"{one.path}:{node.lineno} .{node.func.attr}() is a model's word"


def views_are_functions(one: Source) -> Iterator[str]:
    if one.is_one_of(("views",)):
        for node in one.nodes(ast.ClassDef):
            assert isinstance(node, ast.ClassDef)
            yield f"{one.path}:{node.lineno} {node.name}: views are functions"


def only_edges_ask_the_clock(one: Source) -> Iterator[str]:
    if one.is_one_of(_MAY_ASK_THE_CLOCK) or one.path in ASKS_THE_CLOCK:
        return
    for node in one.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if ast.unparse(node.func) in _CLOCKS:
            yield f"{one.path}:{node.lineno} asks the clock; take `now` instead"


def booleans_are_named(one: Source) -> Iterator[str]:
    for function in _functions(one):
        args = [*function.args.posonlyargs, *function.args.args]
        for arg in args:
            if arg.annotation is None or ast.unparse(arg.annotation) not in {"bool", "bool | None"}:
                continue
            if f"{one.path}:{function.name}" not in POSITIONAL_BOOLEANS:
                yield f"{one.path}:{function.lineno} {function.name}({arg.arg}) is not keyword-only"


def tasks_are_thin(one: Source) -> Iterator[str]:
    if not one.is_one_of(("tasks",)):
        return
    for function in _functions(one):
        if not any("shared_task" in ast.unparse(mark) for mark in function.decorator_list):
            continue
        if len(function.body) > 10:
            yield f"{one.path}:{function.lineno} {function.name} is more than a wake-up"
        for arg in [*function.args.args, *function.args.kwonlyargs]:
            kind = ast.unparse(arg.annotation) if arg.annotation else "anything"
            if kind not in _IDS and arg.arg != "self":
                yield f"{one.path}:{function.lineno} {function.name}({arg.arg}) takes {kind}, no id"


def files_are_short(one: Source) -> Iterator[str]:
    lines = [line for line in one.text.splitlines() if line.strip() and line.strip()[0] != "#"]
    if len(lines) > 400:
        yield f"{one.path} has {len(lines)} lines of code"


def nothing_is_left_to_do(one: Source) -> Iterator[str]:
    for number, line in enumerate(one.text.splitlines(), 1):
        if any(mark in line for mark in ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented")):
            yield f"{one.path}:{number} is unfinished"


# Django or the standard library calls these, in an order of their own.
POSITIONAL_BOOLEANS = {
    "vault/fields.py:get_db_prep_value",
    "vault/fields.py:pre_save",
    "accounts/sessions.py:save",
    "accounts/admin.py:save_model",
    "moderation/admin.py:save_related",
}

# Where Django calls us and has no moment in hand.
ASKS_THE_CLOCK = {
    "outbox/backend.py",
    "accounts/adapter.py",
    "supportnet/often.py",
    "outbox/claims.py",  # the database's clock, which on one machine is the machine's
    "accounts/sessions.py",
}

RULES: dict[Callable[[Source], Iterator[str]], tuple[str, str]] = {
    imports_go_down: ("circles/models.py", "from checkins.models import CheckIn"),
    imports_stand_on_top: ("circles/models.py", "def f():\n    import os"),
    banned_things_stay_out: ("circles/models.py", "from django.db.models.signals import post_save"),
    edges_write_nothing: ("circles/views.py", "def f(form):\n    form.save()"),
    views_are_functions: ("circles/views.py", "class Page: ..."),
    only_edges_ask_the_clock: ("circles/models.py", "now = timezone.now()"),
    booleans_are_named: ("circles/models.py", "def pause(self, for_ever: bool = False): ..."),
    tasks_are_thin: ("outbox/tasks.py", "@shared_task\ndef deliver(message: Message): ..."),
    files_are_short: ("circles/models.py", "x = 1\n" * 401),
    nothing_is_left_to_do: ("circles/models.py", "x = 1  # TO" + "DO later"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Callable[[Source], Iterator[str]]) -> None:
    assert "\n".join(line for one in sources() for line in rule(one)) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_sees_a_breach(rule: Callable[[Source], Iterator[str]]) -> None:
    assert list(rule(source(*RULES[rule]))) != []


def test_every_exception_is_needed() -> None:
    paths = {one.path for one in sources()}
    assert {name.split(":")[0] for name in POSITIONAL_BOOLEANS} <= paths
    assert paths >= ASKS_THE_CLOCK


def test_functions_are_small() -> None:
    lengths = [_lines(function) for one in sources() for function in _functions(one)]
    assert quantiles(lengths, n=10)[-1] <= 25


def test_views_are_small() -> None:
    views = [one for one in sources() if one.is_one_of(("views",))]
    lengths = [_lines(function) for one in views for function in _functions(one)]
    assert median(lengths) <= 12
    assert quantiles(lengths, n=10)[-1] <= 30


# Names that say it better: an end that is still open, a day on the person's own calendar.
_OTHER_MOMENTS = {"not_before", "local_date", "paused_until", "claim_until"}
_OTHER_MOMENTS |= {"last_login", "created", "expiry"}  # Django's and knox's own


def test_moments_end_in_at_and_days_in_on() -> None:
    wrong = []
    for field in (field for model in _our_models() for field in model._meta.get_fields()):
        ending = {models.DateTimeField: "_at", models.DateField: "_on"}.get(type(field))
        if ending and not field.name.endswith(ending) and field.name not in _OTHER_MOMENTS:
            wrong.append(str(field))
    assert "\n".join(wrong) == ""


def test_no_model_points_at_just_anything() -> None:
    generic = [field for model in _our_models() for field in model._meta.private_fields]
    assert generic == []


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def _tests() -> list[Source]:
    root = Path(settings.BASE_DIR)
    paths = sorted((root / "tests").glob("**/*.py"))
    return [source(str(path.relative_to(root)), path.read_text()) for path in paths]


def test_tests_do_not_stand_in_for_our_code_and_do_not_sleep() -> None:
    wrong = []
    for one in _tests():
        wrong += [f"{one.path}:{line}" for line, name in _imports(one) if "mock" in name]
        if not Path(one.path).name.startswith("test_"):
            continue
        wrong += [f"{one.path}:{line}" for line in _waits_and_doubles(one)]
    assert "\n".join(wrong) == ""


def _waits_and_doubles(one: Source) -> Iterator[int]:
    for node in one.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if getattr(node.func, "attr", getattr(node.func, "id", "")) not in {"setattr", "sleep"}:
            continue
        name = ast.unparse(node.func)
        # A number may be made smaller for a test; code may not be replaced.
        replaces = name == "monkeypatch.setattr" and not isinstance(node.args[-1], ast.Constant)
        if replaces or name in {"time.sleep", "sleep"}:
            yield node.lineno


# Beside the rooms: what concerns all of them, and the drill.
_FOLDERS = {*FLOORS, "look", "evening", "canary", "bad_input", "chaos", "releases"}


def test_tests_mirror_the_rooms() -> None:
    folders = {path.name for path in (Path(settings.BASE_DIR) / "tests").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} <= _FOLDERS
    assert not list((Path(settings.BASE_DIR) / "tests").glob("**/__init__.py"))
