"""The floor of a dispatch: the same rows and columns by bare statements, one for each table.

What somebody with psql would write: no zones, no groups, no checks, all in one go.
"""

from bench.seeds import NEW_ID, NINE, POSTGRES
from checkins import dispatch
from outbox.models import Message

_A_DAY_ON = "s.next_at + interval '1 day'" if POSTGRES else "datetime(s.next_at, '+1 day')"
_HALF_A_DAY_ON = _A_DAY_ON.replace("1 day", "12 hours")
_DASHED = dispatch._DIALECTS["postgresql" if POSTGRES else "sqlite"]["dashed"]
_CHECK_INS = f"""
INSERT INTO checkins_checkin
    (public_id, person_id, key_id, schedule_id, asked, turn, due_at, local_date, closes_at)
SELECT {NEW_ID}, s.person_id, s.key_id, s.id, TRUE, s.turn, s.next_at, '2026-11-26', {_A_DAY_ON}
FROM checkins_schedule s WHERE s.next_at <= '{{at}}' ON CONFLICT DO NOTHING
"""
_MESSAGES = """
INSERT INTO outbox_message ({columns})
SELECT {values} FROM checkins_schedule s
JOIN checkins_checkin c ON c.person_id = s.person_id AND c.due_at = s.next_at
JOIN outbox_mailbox m ON m.id = s.mailbox_id
WHERE s.next_at <= '{at}' ON CONFLICT DO NOTHING
"""
_ADVANCE = f"""
UPDATE checkins_schedule AS s
SET next_at = {_A_DAY_ON}, turn = s.turn + 1, paused_at = NULL, paused_until = NULL,
    parked_at = NULL, parked_why = ''
WHERE s.next_at <= '{{at}}'
"""
_MESSAGE = {
    "kind": "'check_in'",
    "lane": "'b_soon'",
    "mailbox_id": "m.id",
    "key_id": "s.key_id",
    "subject": "c.public_id",
    "dedupe_key": f"'check_in:' || {_DASHED}",
    "ring": "1",
    "state": "'waiting'",
    "reason": "''",
    "attempts": "0",
    "doubts": "0",
    "made_at": "s.next_at",
    "not_before": "s.next_at",
    "expires_at": _HALF_A_DAY_ON,
    "claim_owner": "''",
    "why_code": "''",
}


def statements() -> list[str]:
    """Three statements, to be run in one transaction."""
    at = dispatch._stored(NINE)
    columns, values = ", ".join(_MESSAGE), ", ".join(_MESSAGE.values())
    known = {field.column for field in Message._meta.local_concrete_fields}
    assert set(_MESSAGE) <= known
    messages = _MESSAGES.format(columns=columns, values=values, at=at)
    return [_CHECK_INS.format(at=at), messages, _ADVANCE.format(at=at)]
