"""Opens what is due: the hand of the clock, in four statements for a batch of 5,000.

(a) chooses due schedules and hands Python the distinct rhythms among them; Python computes the
next moment once for each; (b) makes the check-ins, (c) their messages, (d) moves the schedules
on. No row of a person crosses the wire. All of it is one transaction: a worker killed in the middle
leaves nothing, a second one passes over locked rows, and a repeated run changes nothing.
"""

import datetime as dt
import json
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from checkins import cadence
from vault import ring

# SQLite waits for the disk at each commit and writes the same pages of the indexes again: there one
# long one, of less than half a second, beats four short ones. Its other writers wait that long.
_SQLITE = connection.vendor == "sqlite"
BATCH = 20_000 if _SQLITE else 5000
# Later than this, the asking comes in the waking hours and not in the middle of the night.
_LATE = dt.timedelta(minutes=15)

_ANY_DUE = f"""
SELECT 1 FROM checkins_schedule WHERE next_at <= {"?" if _SQLITE else "%s"}
ORDER BY next_at, id LIMIT 1
"""  # noqa: S608

# The anchor matters only for every n-th week: left in, it would tear the groups apart.
_CHOOSE = """
SELECT zone, local_time, weekdays, every_weeks, anchor_on, next_at, {gather} FROM (
    SELECT id, zone, local_time, weekdays, every_weeks, next_at,
           CASE WHEN every_weeks > 1 THEN anchor_on END AS anchor_on
    FROM checkins_schedule WHERE next_at <= %s ORDER BY next_at, id LIMIT %s {lock}
) AS due GROUP BY 1, 2, 3, 4, 5, 6
"""

_CHECK_INS = """
{groups}
INSERT INTO checkins_checkin
    (public_id, person_id, key_id, schedule_id, asked, turn, due_at, local_date, closes_at)
SELECT {new_id}, s.person_id, s.key_id, s.id, TRUE, s.turn, g.at, g.due_on, g.closes_at
FROM {in_order} CROSS JOIN checkins_schedule s
WHERE s.id = g.id AND g.at IS NOT NULL
ON CONFLICT DO NOTHING
"""

_MESSAGES = """
{groups}
INSERT INTO outbox_message
    (kind, lane, mailbox_id, key_id, subject, dedupe_key, ring, state, reason, attempts, doubts,
     made_at, not_before, expires_at, claim_owner, why_code)
SELECT 'check_in', 'b_soon', m.id, s.key_id, c.public_id, 'check_in:' || {dashed}, %s, 'waiting',
       '', 0, 0, {now}, g.leaves_at, g.expires_at, '', ''
FROM {in_order} CROSS JOIN checkins_schedule s CROSS JOIN checkins_checkin c
CROSS JOIN outbox_mailbox m
WHERE s.id = g.id AND c.person_id = s.person_id AND c.due_at = g.at AND c.schedule_id = s.id
  AND c.asked AND m.id = s.mailbox_id AND m.suppressed_at IS NULL AND m.bounced_at IS NULL
ON CONFLICT DO NOTHING
"""

_ADVANCE = """
{groups}
UPDATE checkins_schedule AS s
SET next_at = g.next_at, turn = s.turn + g.asked, paused_at = NULL, paused_until = NULL,
    parked_at = g.parked_at, parked_why = g.parked_why
FROM {ids} WHERE s.id = i.{id}
"""

_COLUMNS = {
    "ids": "bigint[]",
    "asked": "int",
    "at": "timestamptz",
    "due_on": "date",
    "closes_at": "timestamptz",
    "leaves_at": "timestamptz",
    "expires_at": "timestamptz",
    "next_at": "timestamptz",
    "parked_at": "timestamptz",
    "parked_why": "text",
}
# Both are names of our own: nothing that came from outside is ever part of a statement.
_TYPED = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
_EXTRACTED = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _COLUMNS)

# A table of the groups, and each group's ids beside it. Rows are written in the order of their ids,
# not group by group: the indexes of the tables grow at one place. LIMIT keeps SQLite from folding
# that order away, and there only ids and numbers of groups are sorted: whole rows take twice as
# long. On SQLite CROSS JOIN fixes the order: the ids drive, everything else is found by
# its key. Inside "ids" it must not stand: an UPDATE would then read the whole table first and take
# minutes.
_SLOT = "at, due_on, closes_at, leaves_at, expires_at"
_DIALECTS = {
    "postgresql": {
        "gather": "count(*), array_agg(id)",
        "lock": "FOR UPDATE SKIP LOCKED",
        "groups": f"WITH g AS (SELECT * FROM json_to_recordset(%s) AS g({_TYPED}))",  # noqa: S608
        "ids": "g CROSS JOIN LATERAL unnest(g.ids) AS i(id)",
        "in_order": f"(SELECT i.id, {_SLOT} FROM g CROSS JOIN LATERAL unnest(g.ids) AS i(id)"  # noqa: S608
        " ORDER BY 1) AS g",
        "id": "id",
        "new_id": "gen_random_uuid()",
        "dashed": "c.public_id",
        "now": "%s::timestamptz",
    },
    "sqlite": {
        "gather": "count(*), json_group_array(id)",
        "lock": "",
        "groups": "WITH g AS MATERIALIZED"  # noqa: S608
        f" (SELECT key AS number, {_EXTRACTED} FROM json_each(%s))",
        "ids": "g, json_each(g.ids) AS i",
        "in_order": f"(SELECT o.id, {_SLOT} FROM (SELECT i.value AS id, g.number"  # noqa: S608
        " FROM g, json_each(g.ids) AS i ORDER BY 1 LIMIT -1) AS o"
        " CROSS JOIN g WHERE g.number = o.number) AS g",
        "id": "value",
        "new_id": "lower(hex(randomblob(16)))",
        "dashed": "substr(c.public_id, 1, 8) || '-' || substr(c.public_id, 9, 4) || '-' ||"
        " substr(c.public_id, 13, 4) || '-' || substr(c.public_id, 17, 4) || '-' ||"
        " substr(c.public_id, 21)",
        "now": "%s",
    },
}


@dataclass(frozen=True)
class _Step:
    """What becomes of the schedules of one group; without ``slot`` nothing is asked."""

    next_at: dt.datetime | None
    slot: cadence.Slot | None = None
    closes_at: dt.datetime | None = None
    leaves_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    parked_why: str = ""


def tick(now: dt.datetime) -> int:
    """Open one batch of what is due; how many schedules moved on, 0 when nothing waits."""
    # Asked outside of a transaction, nearly every tick ends here with one statement.
    if not _is_anything_due(now):
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        return _open_batch(cursor, now)


def _is_anything_due(now: dt.datetime) -> bool:
    # By hand: Django's cursor and its wrappers take longer than the question itself.
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors, closing(database.connection.cursor()) as cursor:
        cursor.execute(_ANY_DUE, (_stored(now),))
        return cursor.fetchone() is not None


def _open_batch(cursor: Any, now: dt.datetime) -> int:
    dialect = _DIALECTS[connection.vendor]
    cursor.execute(_CHOOSE.format(**dialect), [_stored(now), BATCH])
    rows = cursor.fetchall()
    if not rows:
        return 0
    table = json.dumps([_group(row, now) for row in rows])
    cursor.execute(_CHECK_INS.format(**dialect), [table])
    newest = ring.newest(ring.parse(settings.LINK_KEYS))
    cursor.execute(_MESSAGES.format(**dialect), [table, newest, _stored(now)])
    cursor.execute(_ADVANCE.format(**dialect), [table])
    return sum(row[-2] for row in rows)


def _group(row: tuple[Any, ...], now: dt.datetime) -> dict[str, Any]:
    """One distinct rhythm and moment of the batch, as a row for the statements."""
    step = _step(row, now)
    return {
        "ids": row[-1],
        "asked": int(step.slot is not None),
        "at": step.slot and _stored(step.slot.at),
        "due_on": step.slot and step.slot.on.isoformat(),
        "closes_at": step.closes_at and _stored(step.closes_at),
        "leaves_at": step.leaves_at and _stored(step.leaves_at),
        "expires_at": step.expires_at and _stored(step.expires_at),
        "next_at": step.next_at and _stored(step.next_at),
        "parked_at": _stored(now) if step.parked_why else None,
        "parked_why": step.parked_why,
    }


def _step(row: tuple[Any, ...], now: dt.datetime) -> _Step:
    """The newest due asking, if it is still of use, and the moment after it.

    After an outage older slots fall away; the newest comes in the waking hours, unless it would
    come too late even then.
    """
    try:
        rhythm, due_at = _rhythm(row), _moment(row[5])
        slot = cadence.newest_due(since=due_at, now=now, rhythm=rhythm)
        following = cadence.next_moment(after=slot.at, rhythm=rhythm)
        late = now - slot.at > _LATE
        leaves_at = cadence.waking(at=now, zone=rhythm.zone) if late else slot.at
    except cadence.NoMoment as error:
        return _Step(next_at=None, parked_why=error.why)
    except ValueError:
        return _Step(next_at=None, parked_why=cadence.NoMoment.why)
    expires_at = slot.at + cadence.freshness(slot=slot, following=following)
    if leaves_at >= expires_at:
        return _Step(next_at=following.at)
    closes_at = cadence.closing(slot=slot, following=following)
    return _Step(following.at, slot, closes_at, leaves_at, min(expires_at, closes_at))


def _rhythm(row: tuple[Any, ...]) -> cadence.Rhythm:
    zone, local_time, weekdays, every_weeks, anchor_on = row[:5]
    rhythm = cadence.Rhythm(zone, dt.time.fromisoformat(str(local_time)), weekdays, every_weeks)
    if anchor_on is None:
        return rhythm
    return replace(rhythm, anchor_on=dt.date.fromisoformat(str(anchor_on)))


def _moment(value: Any) -> dt.datetime:
    # SQLite gives text without an offset, PostgreSQL a moment with one.
    moment = dt.datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _stored(moment: dt.datetime) -> str:
    """A moment as it stands in a column of this database."""
    utc = moment.astimezone(dt.UTC)
    return str(utc.replace(tzinfo=None) if _SQLITE else utc)
