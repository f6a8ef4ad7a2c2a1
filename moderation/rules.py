"""The rules a decision names. They stand on the public page, and each decision says which one."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RULES: dict[str, Promise] = {
    "R1": _("Be kind. No insults, no pressure, no watching over somebody."),
    "R2": _("No threats, to anybody."),
    "R3": _("Never push anybody towards harming themselves."),
    "R4": _("Write only to people who want it. No selling."),
    "R5": _("Keep children safe. This place is for people of 18 and older."),
    "R6": _("Keep to the law of the place where this runs."),
    "R7": _("When somebody has died, their account rests."),
    "R8": _("Helplines shown here have to be right."),
}


def choices() -> list[tuple[str, str]]:
    """For a form: the id and its sentence."""
    return [(code, f"{code} · {sentence}") for code, sentence in RULES.items()]
