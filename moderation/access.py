"""Who may come in by a link of this room: whoever a decision concerns, to read and answer it."""

import datetime as dt
import uuid

from moderation.models import Decision
from outbox import links
from outbox.links import Found, Purpose


def _decision(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    found = Decision.objects.with_report().filter(public_id=public_id).first()
    return Found(1, found) if found and now < found.ends_appeal_at else None


DECISION = Purpose("d", _decision, "decision")

links.register(DECISION)
