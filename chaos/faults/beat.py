"""Beat dies, is silent, or comes in threes; and workers die over its ticks."""

import signal
import time

from chaos import people, processes
from chaos.book import POSTGRES, fault
from chaos.clock import scaled, until
from chaos.stage import Stage
from checkins.models import CheckIn, Schedule
from outbox.models import Message

_ROUNDS = 20
# In a worker: before a tick, in the middle of its transaction, after it.
_IN_TICK = ("tick", "opening", "ticked")
# In beat: before it sends one of its tasks, and after.
_IN_BEAT = ("beat_sends", "beat_sent")
_OPERATOR = "operator@example.org"


@fault("F02", quick=POSTGRES, late=90)
def beat_killed(stage: Stage) -> None:
    """kill -9 of beat around its sending and of workers in the tick, twenty times."""
    stage.start_servers()
    stage.start()
    points = (*_IN_TICK, *_IN_BEAT)
    for number in range(_ROUNDS):
        point = points[(number + stage.seed) % len(points)]
        fallen = stage.arm(point)
        people.due(stage, 3)
        until(fallen, f"somebody to fall at {point}", 120)
        if point in _IN_BEAT:
            stage.promise.kills -= 1  # beat sends nothing
        people.all_arrived(stage, 90)
    assert _asked_once(stage)


@fault("F29", quick=POSTGRES, late=60)
def three_beats(stage: Stage) -> None:
    """Three beats at a time: everybody is asked once."""
    stage.start_servers()
    stage.start()
    for name in ("beat2", "beat3"):
        stage.start_another(name)
    until(lambda: len(stage.pids(" beat")) == 3, "three beats")
    for _ in range(5):
        people.due(stage, 40)
        people.all_arrived(stage, 60)
    assert _asked_once(stage)


@fault("F30", late=60)
def no_beat(stage: Stage) -> None:
    """No beat for ten minutes: workers tick by themselves, the operator has a mail after five."""
    stage.start_servers()
    stage.start(OPERATOR_EMAIL=_OPERATOR)
    people.due(stage, 3)
    people.all_arrived(stage, 60)
    began, silent_at = stage.now(), time.time()
    beats = stage.pids(" beat")
    silence(stage, beats)
    # One that beat is silent, and one that it is back.
    stage.promise.mails[_OPERATOR] += 2
    while stage.now() - began < scaled(600):
        people.due(stage, 3)
        people.post(stage, 3)
        people.all_arrived(stage, 60, but=_OPERATOR)
    told = _heard(stage) - silent_at
    assert told < scaled(300), told
    stage.told["operator_told_after"] = round(told, 1)
    speak(stage, beats)
    until(lambda: _count(stage, _OPERATOR) == 2, "word that beat is back", scaled(300) + 30)
    assert _asked_once(stage)


def silence(stage: Stage, beats: list[int]) -> None:
    """Let beat say nothing more."""
    if stage.mode == POSTGRES:
        stage.stop("beat")
        return
    # `run_local` would start it again; one that stands still is as silent.
    for pid in beats:
        processes.signal_one(pid, signal.SIGSTOP)


def speak(stage: Stage, beats: list[int]) -> None:
    """Let it speak again."""
    if stage.mode == POSTGRES:
        stage.start("beat")
        return
    for pid in beats:
        processes.signal_one(pid, signal.SIGCONT)


def _asked_once(stage: Stage) -> bool:
    """A check-in and a mail for each schedule, none more."""
    asked = CheckIn.objects.filter(asked=True)
    mails = Message.objects.filter(kind="check_in")
    return Schedule.objects.count() == asked.count() == mails.count()


def _heard(stage: Stage) -> float:
    """When the operator was told for the first time."""
    heard = [mail.at for mail in stage.mail.taken() if mail.to == _OPERATOR]
    assert heard, "the operator was not told"
    return heard[0]


def _count(stage: Stage, address: str) -> int:
    return sum(mail.to == address for mail in stage.mail.taken())
