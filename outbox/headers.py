"""Text on its way into a mail header or a title: one line, nothing hidden in it.

A vertical tab in one name once made every mail to that circle fail: everything that reaches a
header comes through here first.
"""

import re
import unicodedata

# Persian spelling and emoji families are written with these two; nothing else invisible stays.
_JOINERS = "\u200c\u200d"
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# A full stop followed by a capital is a title or an initial: Dr.Weber, J.R. Berg.
_WEB_LIKE = re.compile(r"@|://|\b[wW]{3}\.|\w\.(?:[a-z]{2,}|[A-Z]{2,})(?:[/\s]|$)")
NAME_LENGTH = 60


def clean(text: str) -> str:
    """``text`` as one line without control and hidden characters."""
    line = str(text)
    if not (line.isascii() and line.isprintable()):
        line = "".join(_kept(letter) for letter in line)
    return " ".join(line.split())


def looks_like_address(text: str) -> bool:
    """Whether a name could pass for a mail or web address: forms refuse it, no mail has it."""
    return bool(_WEB_LIKE.search(clean(text)))


def name(text: str) -> str:
    """A name fit for a header: clean, at most 60 characters, empty when it is an address."""
    if looks_like_address(text):
        return ""
    line = clean(text)
    if len(line) <= NAME_LENGTH:
        return line
    cut = NAME_LENGTH
    while cut and _inside_letter(line, cut):
        cut -= 1
    return line[:cut].rstrip()


def _inside_letter(line: str, cut: int) -> bool:
    # Between a letter and its accents, or between the parts of one emoji.
    after = line[cut]
    joined = after in _JOINERS or after == "\ufe0f" or line[cut - 1] in _JOINERS
    return joined or bool(unicodedata.combining(after))


def _kept(letter: str) -> str:
    if letter in _JOINERS:
        return letter
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in _HIDDEN else letter
