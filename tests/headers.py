"""What the headers of every answer say, and which answers may be stored."""

import re
from typing import Any

ALWAYS = {
    "Content-Security-Policy": r"default-src 'none'.*",
    "Permissions-Policy": r".*camera=\(\).*",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
STORED = {
    "help_now",
    "help_country",
    "help_young",
    "help_young_country",
    "what_this_is",
    "how_to_be_there",
    "privacy",
    "robots",
    "favicon",
    "security",
}

# Shown inside a page of ours, with a policy of their own that is stricter in all else.
FRAMED = {"today_mail", "invite_preview", "mailbox:letter_page"}


def breaches(answer: Any) -> list[str]:
    """What this answer's headers lack, or allow too much."""
    wrong = []
    for name, wanted in ALWAYS.items():
        # The parts of a policy stand in no order.
        value = "; ".join(sorted(answer.headers.get(name, "").split("; ")))
        if not re.search(wanted, value):
            wrong.append(name)
    policy = answer.headers.get("Content-Security-Policy", "")
    return wrong + [word for word in ("unsafe", "http:", "https:", "*") if word in policy]


def breaches_of(name: str, answer: Any) -> list[str]:
    """What is wrong with the headers of this route's answer."""
    wrong = [] if name in FRAMED else breaches(answer)
    stored = "no-store" not in answer.headers.get("Cache-Control", "")
    if stored and name not in STORED:
        wrong.append("may be stored")
    if stored != ("X-Robots-Tag" not in answer.headers) and name != "home":
        wrong.append("is listed though private")
    return wrong
