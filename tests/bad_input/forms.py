"""The forms of a page, read the way a browser reads them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client


@dataclass
class Form:
    """Where it goes, what stands in it, and the buttons it can be sent with."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def typed(self, **changes: str) -> dict[str, list[str]]:
        """What a browser would send, with these boxes filled in."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        return sent | {name: [value] for name, value in changes.items()}

    def emptied(self) -> dict[str, list[str]]:
        """What a program sends that fills nothing in; tokens stay as they are."""
        return {
            name: ["" if name != _TOKEN else v for v in vs] for name, vs in self.typed().items()
        }


_TOKEN = "csrfmiddlewaretoken"


def forms_of(page: str, path: str = "/") -> list[Form]:
    """Every form of a page at ``path``."""
    reader = _Reader(path)
    reader.feed(page)
    return reader.forms


def form_to(page: str, action: str) -> Form:
    """The one form that goes there."""
    return next(form for form in forms_of(page, action) if form.action == action)


def paths_of(page: str) -> list[str]:
    """Every link of a page that stays here."""
    reader = _Reader("/")
    reader.feed(page)
    return [path for path in reader.links if path.startswith("/") and not path.startswith("//")]


def submit(browser: Client, form: Form, typed: dict[str, list[str]] | None = None) -> object:
    """Send it like a browser."""
    send = browser.post if form.method == "post" else browser.get
    return send(form.action, typed if typed is not None else form.typed())


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._path, self._form = path, None
        self._area = self._select = ""
        self._text: list[str] = []

    _form: Form | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(urlsplit(urljoin(self._path, had.get("href", ""))).path)
        elif tag == "form":
            there = urlsplit(urljoin(self._path, had.get("action", ""))).path
            self._form = Form(there, had.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, had)

    def _field(self, tag: str, had: dict[str, str]) -> None:
        assert self._form is not None
        name, value = had.get("name", ""), had.get("value", "")
        kind = had.get("type", "submit" if tag == "button" else "text")
        if tag == "textarea":
            self._area, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in had:
            self._form.fields.append((self._select, value))
        elif tag == "button" or (tag == "input" and kind == "submit"):
            self._form.buttons.append((name, value))
        elif tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in had):
            self._form.fields.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area and self._form is not None:
            text = "".join(self._text)
            self._form.fields.append((self._area, text.removeprefix("\r\n").removeprefix("\n")))
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None
