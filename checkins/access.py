"""Who may come in by a link of this room."""

import datetime as dt
import uuid

from checkins.models import Share
from circles.models import Member
from outbox import links
from outbox.links import Found, Purpose

# A member's page of one share.


def _share(public_id: uuid.UUID, now: dt.datetime) -> Found | None:
    # One query whatever it finds: a dead link tells nothing by its time.
    share = Share.objects.for_reading().with_mail().filter(public_id=public_id).first()
    if share is None or share.member.state != Member.State.ACCEPTED or share.member.paused_at:
        return None
    return Found(share.member.generation, share, alive=now < share.link_ends_at())


SHARE = Purpose("s", _share, "share", fresh=Share.send_fresh_link)
links.register(SHARE)
