"""The sentences people read: collected from sources, kept in step with translations, mirrored.

The mirror is a language nobody speaks: our English in Arabic letters, right to left and longer. A
page that reads well in it will read well in Arabic. It is made anew where it is needed.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

MIRROR = "ar_XB"

_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# What is not text inside a sentence: placeholders, tags, entities.
_FIXED = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|<[^>]*>|&\w+;|\n")
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابجدهفغحيژكلمنوپقرستثڤشخىز", "")


def collect(root: Path) -> Catalog:
    """Every sentence of the sources under ``root``, with where it stands."""
    catalog = Catalog(project="SupportNet", charset="utf-8", fuzzy=False)
    for path in _sources(root):
        place = str(path.relative_to(root))
        for line, message, comments, context in _sentences(path):
            catalog.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalog


def languages(folder: Path) -> list[Path]:
    """The catalogues of translators, one for each language."""
    return sorted(folder.glob("*/LC_MESSAGES/django.po"))


def renew(path: Path, sources: Catalog) -> None:
    """Bring one translation in step with the sources, and compile it."""
    catalog = _read(path)
    catalog.update(sources, no_fuzzy_matching=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, omit_header=False, ignore_obsolete=True)
    path.with_suffix(".mo").write_bytes(_compiled(catalog))


def complaints(path: Path, sources: Catalog) -> list[str]:
    """What is out of step in one translation, a line for each."""
    catalog = _read(path)
    wanted = {(message.id, message.context) for message in sources if message.id}
    there = {(message.id, message.context) for message in catalog if message.id}
    found = [f"{path}: is missing {_first(id)!r}" for id, _ in wanted - there]
    found += [f"{path}: has {_first(id)!r}, which nobody says" for id, _ in there - wanted]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalog):
        found.append(f"{compiled}: was not compiled from {path.name}")
    return sorted(found)


def write_mirror(root: Path, folder: Path) -> None:
    """Write the mirror of all sentences into ``folder``, compiled."""
    catalog = Catalog(locale="ar", charset="utf-8", fuzzy=False)
    for message in collect(root):
        if message.id:
            catalog.add(
                message.id, _mirrored(message, catalog.num_plurals), context=message.context
            )
    path = folder / MIRROR / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(_compiled(catalog))
    draft.replace(path)


def mirror(text: str) -> str:
    """``text`` in letters that run from right to left, about two fifths longer."""
    pieces = []
    at = 0
    for fixed in _FIXED.finditer(text):
        pieces += [_longer(text[at : fixed.start()]), fixed[0]]
        at = fixed.end()
    return "".join([*pieces, _longer(text[at:])])


def _sources(root: Path) -> Iterator[Path]:
    rooms = [folder.parent for folder in root.glob("*/__init__.py")]
    python = [path for room in rooms for path in room.glob("**/*.py")]
    for path in sorted([*python, *root.glob("templates/**/*.*")]):
        if "migrations" not in path.parts:
            yield path


def _sentences(path: Path) -> Iterable[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text()
    if path.suffix != ".py":
        # Django turns a template into calls of gettext amid blanks; stripped, each line is Python.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return extract(
        "python", BytesIO(text.encode()), keywords=_KEYWORDS, comment_tags=("Translators",)
    )


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def _compiled(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _first(id: str | tuple[str, ...] | list[str]) -> str:
    return id if isinstance(id, str) else id[0]


def _mirrored(message: Message, plurals: int) -> str | tuple[str, ...]:
    if isinstance(message.id, str):
        return mirror(message.id)
    return (mirror(message.id[0]), *[mirror(message.id[1])] * (plurals - 1))


def _longer(text: str) -> str:
    words = []
    for word in text.split(" "):
        turned = word.lower().translate(_LETTERS)
        words.append(turned + turned[1 : 1 + len(turned) * 2 // 5])
    return " ".join(words)
