"""Names as people write them: any script, emoji and joiners, nothing unseen."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 80
# Joiners belong to Persian, Indic scripts and emoji; all other unseen characters are dropped.
_JOINERS = "\u200c\u200d"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_ADDRESS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)


def clean_name(text: str) -> str:
    """The name to keep, or a ValidationError that says what to do."""
    text = unicodedata.normalize("NFC", text)
    shown = "".join(
        letter
        for letter in text
        if letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN
    )
    name = " ".join(shown.split())
    if not name.strip(_JOINERS):
        raise ValidationError(_("Please write a name. Any name is fine."), code="required")
    if len(name) > LONGEST:
        raise ValidationError(_("That is a long name. Please use at most 80 letters."))
    if _ADDRESS.search(name):
        raise ValidationError(_("Please write a name without mail or web addresses."))
    return name
