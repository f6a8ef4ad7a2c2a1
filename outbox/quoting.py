"""What somebody wrote, without what they answered to.

Mail programs put the mail that was answered under the answer, or around it. No library that was
tried is safe for people's words: they take a line like "Thanks, I am with you" for a signature. So
this one is careful: it takes away only what is certainly not theirs, and shows too much rather than
lose a word. It looks at each line a fixed number of times, however hostile the mail is.
"""

import html
import re

# "On Thursday, Anna <anna@example.org> wrote:" in whatever language and however wrapped: it names a
# moment and ends with a colon, and either names an address or stands right above a quotation.
_MOMENT = re.compile(r"\d{1,4}\D{1,12}\d{1,4}")
_ADDRESS = re.compile(r"[<(]\s?[^<>()@\s]+@[^<>()@\s]+\s?[>)]")
_COLONS = (":", "：")
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# The head that Outlook and its relatives put over the mail that was answered.
_HEAD_FROM = re.compile(
    r"^[*_ ]*(?:from|von|de|expéditeur|da|van|från|fra|od|от|kimden|من)[*_ ]*\s?[:：]",
    re.IGNORECASE,
)
_HEAD_MORE = re.compile(
    r"^[*_ ]*(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé(?: le)?|à|objet|"
    r"enviado(?: el)?|fecha|para|asunto|inviato|data|a|oggetto|verzonden|aan|onderwerp|"
    r"تم الإرسال|التاريخ|تاريخ الإرسال|إلى|الموضوع)[*_ ]*\s?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"^-{4,}[^-]{3,60}-{4,}$|^_{20,}$")
# What phones and programs put under a mail. It names a machine: "Sent with love" is somebody's own.
_MACHINE = (
    r"(?:iphone|ipad|android|galaxy|samsung|huawei|xiaomi|blackberry|windows|outlook|yahoo|proton|"
    r"k-9|gmx|web\.de|mail|phone|handy|mobil|tablet|gerät|device|appareil|téléphone|móvil|"
    r"teléfono|dispositivo|telefono|cellulare|هاتف|جهاز)"
)
_SENT_FROM = re.compile(
    r"(?:sent (?:from|with|via|using)|gesendet (?:von|mit|aus|über)|"
    r"envoyé (?:de|depuis|à partir|avec|par)|enviado (?:desde|con|por)|"
    r"inviato (?:da|dal|dalla|con|tramite)|[أ]?رسلت? من|تم الإرسال من)\b"
    rf".{{0,60}}{_MACHINE}.{{0,30}}$|"
    r"(?:von meine[mr]|diese (?:e-mail|nachricht) wurde)\b.{0,80}\bgesendet\.?$|"
    r"(?:get|obtenir|télécharger|téléchargez|obtener|obtén|scarica|ottieni|holen sie sich|"
    r"الحصول على) outlook\b.{0,80}$|outlook für \w+(?: herunterladen| beziehen)?$|"
    r"yahoo mail: .{0,60}$",
    re.IGNORECASE,
)
# Yahoo on a phone: the head of the old mail and the old mail itself in one line.
_RUN_ON = re.compile(
    r"(?:on|am|le|el|il|em)\b[^<>]{6,200}<[^<>@\s]+@[^<>\s]+> ?[^<>:]{0,30}"
    r"(?:wrote|schrieb|geschrieben|écrit|escribió|scritto|escreveu)\s?:\s+\S",
    re.IGNORECASE,
)
_SIGNATURE = {"--", "-- "}
_LONGEST_LINE = 2_000
_WRAPPED = 3


# Stands in the text of a page where the mail that was answered begins, without marks.
_OVER = "\u2060" * 3


def own_words(text: str) -> str:
    """The lines of ``text`` that were written just now."""
    return _without_foot(_parted(text)[0])


def leaves_away(text: str) -> bool:
    """Whether lines of ``text`` are left away that nothing marks as a quotation.

    Somebody may have written between them: then their words cannot be told from what was quoted.
    """
    return any(line.strip() for line in _parted(text)[1])


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The lines that are the writer's, and those below the head of a quotation without marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        over = _head_at(lines, place)
        if over and not _quote_follows(lines, place + over):
            return kept, lines[place + over :]  # quoted without marks: all that follows is theirs
        if over:
            place += over
            continue
        if not lines[place].lstrip().startswith(">"):
            kept.append(lines[place])
        place += 1
    return kept, []


def _head_at(lines: list[str], place: int) -> int:
    """How many lines from here are the head of a quoted mail; 0 when it is none."""
    if not lines[place].strip():
        return 0
    if lines[place] == _OVER:
        return 1
    if _RUN_ON.match(_seen(lines[place])):
        return 1
    ruled = _RULE.match(_seen(lines[place])) and _is_block(lines, place + 1)
    if ruled or _is_block(lines, place):
        return 1
    for count in range(1, _WRAPPED + 1):
        if _is_attribution(lines, place, count):
            # What stands right above it, without a blank line, is still somebody's words.
            later = (_is_attribution(lines, place + n, count - n) for n in range(1, count))
            return 0 if any(later) else count
    return 0


def _is_attribution(lines: list[str], place: int, count: int) -> bool:
    parts = [_seen(line) for line in lines[place : place + count]]
    joined = " ".join(parts)
    if not all(parts) or not joined.endswith(_COLONS) or not _MOMENT.search(joined):
        return False
    return bool(_ADDRESS.search(joined)) or _quote_follows(lines, place + count)


def _seen(line: str) -> str:
    return _DIRECTIONS.sub("", line[:_LONGEST_LINE]).strip()


def _is_block(lines: list[str], place: int) -> bool:
    # From:, and beside it at least two of Sent:, To:, Subject:, without anything else before them.
    near = [_seen(line) for line in lines[place : place + 8] if line.strip()][:6]
    froms = [bool(_HEAD_FROM.match(line)) for line in near]
    others = [bool(_HEAD_MORE.match(line)) for line in near]
    return bool(near) and (froms[0] or others[0]) and any(froms) and sum(others) >= 2


def _quote_follows(lines: list[str], place: int) -> bool:
    following = next((line for line in lines[place : place + 4] if line.strip()), "")
    return following.lstrip().startswith(">")


def _without_foot(lines: list[str]) -> str:
    end = max((place for place, line in enumerate(lines) if line in _SIGNATURE), default=len(lines))
    while end and (not lines[end - 1].strip() or _SENT_FROM.match(_seen(lines[end - 1]))):
        end -= 1
    tidy = "\n".join(line.rstrip() for line in lines[:end]).strip()
    return re.sub(r"\n{3,}", "\n\n", tidy)


def text_of_page(page: str) -> str:
    """An HTML mail as text; what stands in a quotation gets the mark that text mails have."""
    reader = _Page()
    for closes, tag, attributes, words in _PIECE.findall(_without_comments(page)):
        if words:
            reader.say(html.unescape(words))
        elif closes:
            reader.closes(tag.lower())
        else:
            reader.opens(tag.lower(), attributes)
    return reader.text()


# Not Python's own HTML parser: two hundred kilobytes of opened tags held it up for minutes.
_PIECE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)>|([^<]+|<)")
_NAMED = re.compile(r"""\b(?:class|id)\s?=\s?("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_BLOCKS = {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "hr", "pre"}
_UNSEEN = {"style", "script", "head", "title", "template"}
_HOLDS = {"blockquote", "div"}
# The others put the quotation itself into a blockquote.
_QUOTES = {"yahoo_quoted"}
# From here on everything is the mail that was answered.
_THE_END = {"divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"}
_DEEPEST = 200


def _without_comments(page: str) -> str:
    kept, place = [], 0
    while (begin := page.find("<!--", place)) >= 0:
        kept.append(page[place:begin])
        end = page.find("-->", begin)
        if end < 0:
            return "".join(kept)
        place = end + len("-->")
    return "".join([*kept, page[place:]])


class _Page:
    """Lines of text as they come out of the tags of a page."""

    def __init__(self) -> None:
        self._lines: list[list[str]] = [[]]
        self._marks: list[bool] = [False]
        self._open: list[tuple[str, bool]] = []
        self._quoted = self._unseen = 0
        self._is_over = False

    def text(self) -> str:
        joined = (" ".join("".join(parts).split()) for parts in self._lines)
        return "\n".join(
            f"> {line}" if mark else line for line, mark in zip(joined, self._marks, strict=True)
        )

    def say(self, words: str) -> None:
        if not self._unseen:
            self._lines[-1].append(words)

    def opens(self, tag: str, attributes: str) -> None:
        named = {one.strip("\"' ").lower() for one in _NAMED.findall(attributes)}
        words = {word for one in named for word in one.removeprefix("x_").split()}
        if _THE_END & words and not self._is_over:
            self._is_over = True
            self._next_line()
            self.say(_OVER)
            self._next_line()
        self._unseen += tag in _UNSEEN
        quotes = tag == "blockquote" or bool(_QUOTES & words)
        if tag in _HOLDS and len(self._open) < _DEEPEST:
            self._open.append((tag, quotes))
            self._quoted += quotes
        if tag in _BLOCKS or quotes:
            self._next_line()

    def closes(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if any(name == tag for name, _quotes in self._open):
            self._close(tag)
        if tag in _BLOCKS or tag in _HOLDS:
            self._next_line()
        if tag == "p":
            self._next_line()

    def _close(self, tag: str) -> None:
        name = ""
        while name != tag:
            name, quotes = self._open.pop()
            self._quoted -= quotes

    def _next_line(self) -> None:
        self._lines.append([])
        self._marks.append(self._quoted > 0)
