"""The one script that judges a run, the same for every fault.

I1  every due mail was accepted, or stands in a visible end state
I2  none was accepted twice, except flagged in doubt; doubled <= in doubt <= kills
I3  every write the web acknowledged is stored, once
I4  no mail started after its end was promised
I5  nothing was started by hand: whoever is needed runs
I6  lateness within the promise

What was sent is what the mail server wrote down. The database is asked only for what it owes:
visible ends, flags of doubt, stored words.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from chaos.clock import scaled
from chaos.mail_server import Taken
from chaos.stage import Promise, Stage
from outbox.models import Message

# How long this machine itself may take, whatever the product's clock says.
_SLACK = 20.0


@dataclass
class Verdict:
    """What a run showed, in the words of its JSON line."""

    lost: int = 0
    doubled: int = 0
    doubled_unflagged: int = 0
    in_doubt: int = 0
    kills: int = 0
    acked_missing: int = 0
    late_max: float = 0.0
    why: list[str] = field(default_factory=list)

    @property
    def survived(self) -> bool:
        return not self.why


def judge(stage: Stage, *, late: float, failure: str = "") -> Verdict:
    """Read the log, the database and the promises."""
    promise, taken = stage.promise, stage.mail.taken()
    verdict = Verdict(kills=promise.kills + stage.mail.cuts)
    verdict.why += [failure] if failure else []
    rows = list(Message.objects.select_related("mailbox"))
    doubts: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for row in rows:
        doubts[row.mailbox.address] += row.doubts
        ended[row.mailbox.address] += row.state in (Message.State.ENDED, Message.State.HELD)
    _count_lost(verdict, promise, taken, ended)
    _count_doubled(verdict, promise, taken, doubts)
    verdict.acked_missing = sum(write() != 1 for write in promise.writes)
    _time(verdict, promise, taken, scaled(late) + _SLACK)
    _weigh(verdict, promise, taken)
    if not stage.runs():
        verdict.why.append("I5: not everything runs by itself")
    return verdict


def _count_lost(
    verdict: Verdict, promise: Promise, taken: list[Taken], ended: Counter[str]
) -> None:
    arrived: dict[str, set[str]] = defaultdict(set)
    for mail in taken:
        arrived[mail.to].add(mail.id)
    for address, owed in promise.mails.items():
        visible = ended[address] if promise.may_end else 0
        verdict.lost += max(0, owed - len(arrived[address]) - visible)


def _count_doubled(
    verdict: Verdict, promise: Promise, taken: list[Taken], doubts: Counter[str]
) -> None:
    verdict.in_doubt = sum(doubts.values())
    arrived: dict[str, Counter[str]] = defaultdict(Counter)
    for mail in taken:
        arrived[mail.to][mail.id] += 1
    for address, ids in arrived.items():
        again = sum(count - 1 for count in ids.values())
        # Somebody whom nothing was promised gets nothing; one more than promised is one too many.
        unasked = max(0, len(ids) - promise.mails[address])
        verdict.doubled += again + unasked
        verdict.doubled_unflagged += unasked + max(0, again - doubts[address])


def _time(verdict: Verdict, promise: Promise, taken: list[Taken], limit: float) -> None:
    first: dict[str, float] = {}
    for mail in taken:
        first.setdefault(mail.to, mail.at)
    lateness = [first[to] - due for to, due in promise.due.items() if to in first]
    verdict.late_max = round(max(lateness, default=0.0), 1)
    if verdict.late_max > limit:
        verdict.why.append(f"I6: {verdict.late_max} s late, {limit:.0f} are promised")


def _weigh(verdict: Verdict, promise: Promise, taken: list[Taken]) -> None:
    why = verdict.why
    if verdict.lost:
        why.append(f"I1: {verdict.lost} lost")
    if verdict.doubled_unflagged:
        why.append(f"I2: {verdict.doubled_unflagged} doubled and not flagged")
    if not verdict.doubled <= verdict.in_doubt <= verdict.kills:
        why.append(f"I2: {verdict.doubled} <= {verdict.in_doubt} <= {verdict.kills} does not hold")
    if changed := _changed(taken):
        why.append(f"I2: {changed} came again with other bytes")
    if verdict.acked_missing:
        why.append(f"I3: {verdict.acked_missing} acknowledged and not stored once")
    started = [
        mail
        for mail in taken
        if mail.to in promise.silent_since and mail.began > promise.silent_since[mail.to]
    ]
    if started:
        why.append(f"I4: {len(started)} mails started after their end was promised")


def _changed(taken: list[Taken]) -> int:
    bytes_of: dict[str, set[str]] = defaultdict(set)
    for mail in taken:
        bytes_of[mail.id].add(mail.digest)
    return sum(len(digests) > 1 for digests in bytes_of.values())
