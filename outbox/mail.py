"""What a mail is before it leaves: its texts, and marks where its links will stand.

A link is set last, at the sending: until then the same text can be kept sealed, shown as a preview
and rendered again, and nowhere holds a link that works.
"""

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from library import frames
from library.context import help_for
from library.frames import Said
from outbox import headers, links
from outbox.links import Link
from vault.ring import keyed_hashes

_MARK_LETTERS = 16
_NAMED = re.compile(r"[a-z_]{1,20}")
# The style sheet of a mail stands in its own base template; @media is for dark mode and phones.
_inliner = css_inline.CSSInliner(
    keep_style_tags=True,
    keep_at_rules=True,
    remove_inlined_selectors=True,
    load_remote_stylesheets=False,
)


@dataclass(frozen=True)
class Mail:
    """One mail as it will be read. Texts hold marks, ``links`` says what each of them opens."""

    subject: str
    text: str
    html: str = ""
    links: dict[str, Link] = field(default_factory=dict)
    from_name: str = ""
    language: str = "en"
    # Set on everything that repeats: the link behind List-Unsubscribe.
    unsubscribe: Link | None = None
    # What an answer by mail is an answer to.
    reply_to: Link | None = None


@dataclass(frozen=True)
class Texts:
    """A mail with its links set: ready to be sent or looked at."""

    subject: str
    from_name: str
    text: str
    html: str
    # The address behind List-Unsubscribe, where mails of this kind repeat.
    stop: str = ""


def mark(name: str) -> str:
    """What stands in a text where the link ``name`` will be. Nobody can type one by chance."""
    if not _NAMED.fullmatch(name):
        raise ValueError("a mark is named with small letters")
    return _marks(name, settings.VAULT_HASH_KEYS)[0]


def compose(
    template: str,
    context: dict[str, Any],
    *,
    subject: str,
    language: str,
    links: dict[str, Link] | None = None,
    from_name: str = "",
    unsubscribe: Link | None = None,
    reply_to: Link | None = None,
    country: str = "",
) -> Mail:
    """Render ``templates/<template>.txt`` and ``.html`` in the reader's language.

    The templates get ``links.<name>`` (marks), the first of them as ``link`` for the one button,
    ``stop_link``, ``help`` for ``country`` and ``site_url``. The subject and other texts of the
    context are made by the caller, inside ``translation.override(mailbox.language)``. What people
    said or are called goes in as ``Said``, and in no attribute: the rest is rendered once and kept.
    """
    links = links or {}
    called = headers.clean(subject)
    stop_link = mark("unsubscribe") if unsubscribe else ""
    shown = {"subject": Said(called), "marks": {name: mark(name) for name in links}, **context}
    place = _Place(template, language, country, stop_link, settings.SITE_URL)
    text, page = frames.filled(
        place, shown, lambda marked: _rendered(place, marked), _one_paragraph, _as_text
    )
    if unsubscribe:
        links = {**links, "unsubscribe": unsubscribe}
    return Mail(
        subject=called,
        text=text,
        html=page,
        links=links,
        from_name=headers.name(from_name),
        language=language,
        unsubscribe=unsubscribe,
        reply_to=reply_to,
    )


class _Place(NamedTuple):
    """What a frame depends on beside its context."""

    template: str
    language: str
    country: str
    stop_link: str
    site_url: str


def _rendered(place: _Place, context: dict[str, Any]) -> tuple[str, str]:
    marks = context["marks"]
    shown = {
        "link": next(iter(marks.values()), ""),
        **context,
        "links": marks,
        "stop_link": place.stop_link,
        "help": help_for(place.country),
        "site_url": place.site_url,
    }
    with translation.override(place.language):
        text = render_to_string(f"{place.template}.txt", shown)
        page = render_to_string(f"{place.template}.html", shown)
    return _tidy(text), _inliner.inline(page)


def _tidy(text: str) -> str:
    """Plain text without blanks at the ends of its lines, and one empty line where many were."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _one_paragraph(word: str) -> str:
    return word.strip() if word.isprintable() else _tidy(word)[:-1]


def _as_text(word: str) -> str:
    # Quotes stay: a mail has nobody's words in an attribute, and its bytes are fewer so.
    return html.escape(word, quote=False)


def to_body(mail: Mail) -> dict[str, Any]:
    """A mail as it is sealed into a message that was written early."""
    return {
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "from_name": mail.from_name,
        "language": mail.language,
        "links": {name: _packed(link) for name, link in mail.links.items()},
        "unsubscribe": _packed(mail.unsubscribe) if mail.unsubscribe else None,
        "reply_to": _packed(mail.reply_to) if mail.reply_to else None,
    }


def from_body(body: dict[str, Any]) -> Mail:
    """The mail that was sealed into a message."""
    links = {name: _unpacked(link) for name, link in body["links"].items()}
    return Mail(
        subject=body["subject"],
        text=body["text"],
        html=body["html"],
        from_name=body["from_name"],
        language=body["language"],
        links=links,
        unsubscribe=links.get("unsubscribe"),
        reply_to=_unpacked(body["reply_to"]) if body.get("reply_to") else None,
    )


def preview(mail: Mail) -> Texts:
    """The same mail to look at: identical but for its links, which open nothing."""
    return _with_links(mail, {name: links.preview_url() for name in mail.links})


def with_links(mail: Mail, ring: int) -> Texts:
    """The mail with links that work, as this ring makes them each time anew."""
    stop = links.stop_url(mail.unsubscribe, ring) if mail.unsubscribe else ""
    addresses = {
        name: stop if stop and name == "unsubscribe" else links.url(link, ring)
        for name, link in mail.links.items()
    }
    return _with_links(mail, addresses, stop)


def _with_links(mail: Mail, addresses: dict[str, str], stop: str = "") -> Texts:
    text, page, hash_keys = mail.text, mail.html, settings.VAULT_HASH_KEYS
    for name, there in addresses.items():
        for marked in _marks(name, hash_keys):
            text = text.replace(marked, there)
            page = page.replace(marked, html.escape(there))
    return Texts(mail.subject, mail.from_name, text, page, stop)


@lru_cache(maxsize=128)
def _marks(name: str, ring: str) -> list[str]:
    """What may stand for a link, by the keys of ``ring``: that of the newest one first.

    A body sealed before a rotation of the hash keys holds the mark of an older key.
    """
    hashes = sorted(keyed_hashes(f"mark|{name}"), key=lambda one: -int(one.partition(":")[0]))
    return [f"{name}-{hashed.partition(':')[2][:_MARK_LETTERS]}" for hashed in hashes]


def _packed(link: Link) -> list[Any]:
    return [link.purpose, str(link.subject), link.generation]


def _unpacked(packed: list[Any]) -> Link:
    return Link(packed[0], UUID(packed[1]), packed[2])
