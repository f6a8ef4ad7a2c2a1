"""Names and words as people write them: any script, emoji and joiners, nothing unseen."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from outbox import headers

LONGEST = 80
_JOINERS = "\u200c\u200d"
_ADDRESS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)


def plain_text(text: str) -> str:
    """Words with their line ends, without characters that no keyboard makes."""
    text = re.sub(r"\r\n?", "\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def first_word(name: str) -> str:
    """The part of a name that may stand in a header; empty for what looks like an address."""
    words = headers.name(name).split()
    return words[0] if words else ""


def clean_name(text: str) -> str:
    """The name to keep, or a ValidationError that says what to do."""
    name = headers.clean(unicodedata.normalize("NFC", text))
    if not name.strip(_JOINERS):
        raise ValidationError(_("Please write a name. Any name is fine."), code="required")
    if len(name) > LONGEST:
        raise ValidationError(_("That is a long name. Please use at most 80 letters."))
    if _ADDRESS.search(name):
        raise ValidationError(_("Please write a name without mail or web addresses."))
    return name
