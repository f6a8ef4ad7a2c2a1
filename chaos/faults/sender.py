"""Senders that die, stand still, or cannot write what they should."""

import resource
import signal
import threading
import time

from django.utils import timezone

from chaos import people, processes
from chaos.book import BOTH, POSTGRES, also, fault
from chaos.clock import scaled, until
from chaos.mail_server import Hold, Rule, Wait
from chaos.stage import Stage
from outbox.models import Message

_MAILS = 12
_BY_POINT = ("claimed", "connected", "dot", "answered", "settling", "settled")
_BY_SERVER = ("rcpt", "body")
_LEASE = 300
_KILLS = 200
_AT_DOT = 2  # the seed with which F05 stops its sender after the dot
_KEY = "Idempotency-Key"


@fault("F01", modes=BOTH, quick=POSTGRES, late=1300)
def sender_killed(stage: Stage) -> None:
    """kill -9 at each of eight steps: at the dot the mail in hand is in doubt, nothing else is."""
    stage.start_servers()
    stage.start()
    for step in _BY_POINT:
        fallen = stage.arm(step)
        people.post(stage, _MAILS)
        until(fallen, f"a sender to fall at {step}")
    for step in _BY_SERVER:
        rule = stage.mail.on(step, Hold(), skip=stage.random.randrange(_MAILS))
        people.post(stage, _MAILS)
        stage.kill(held(stage, rule))
        rule.release()


@also("F01", seed=4, modes=BOTH, late=20_000, timeout=1800)
def sender_killed_at_random(stage: Stage) -> None:
    """Two hundred kills at random: at most three mails come twice for ten kills."""
    stage.start_servers()
    stage.start()
    kill_at_random(stage)
    assert _doubled(stage) <= 0.3 * _KILLS, f"{_doubled(stage)} doubled by {_KILLS} kills"


@also("F01", seed=5, modes=BOTH, late=20_000, timeout=1800)
def sender_killed_before_a_careful_relay(stage: Stage) -> None:
    """The same, and a relay that knows the idempotency header: nobody gets a mail twice."""
    stage.mail.dedupe = _KEY
    stage.start_servers()
    stage.start(IDEMPOTENCY_HEADER=_KEY)
    kill_at_random(stage)
    assert _doubled(stage) == 0
    assert stage.mail.dropped, "no mail came twice to the relay: nothing was shown"


def kill_at_random(stage: Stage) -> None:
    """Whichever pool process has a line to the mail server may be next, four times a second.

    A fifth of the time of each mail lies between its dot and the answer to that.
    """
    stage.mail.on("rcpt", Wait(0.08), times=None)
    stage.mail.on("dot", Wait(0.02), times=None)
    people.post(stage, 600)
    pause = threading.Event()
    while stage.promise.kills < _KILLS:
        pause.wait(stage.random.expovariate(1 / 0.25))
        if not stage.mail.peers() and not Message.objects.filter(state="waiting").exists():
            people.post(stage, 100)
        peers = until(stage.mail.peers, "a sender at work")
        victim = stage.owner_of(stage.random.choice(peers))
        if victim in stage.senders():
            stage.kill(victim)
    stage.mail.recover()
    stage.quiet(1300)
    stage.told["doubled_per_kill"] = round(_doubled(stage) / _KILLS, 3)
    stage.told["mails"] = len(stage.promise.mails)
    stage.told["dropped_by_relay"] = stage.mail.dropped


@fault("F04", modes=BOTH, late=1300)
def pool_child_out_of_memory(stage: Stage) -> None:
    """A pool child runs into SIGSEGV, another one out of memory: the neighbours go on."""
    stage.start_servers()
    stage.start()
    for step in ("rcpt", "dot"):
        rule = stage.mail.on(step, Hold(), skip=stage.random.randrange(_MAILS))
        people.post(stage, _MAILS)
        stage.kill(held(stage, rule), signal.SIGSEGV)
        rule.release()
    rule = stage.mail.on("mail", Hold())
    people.post(stage, 3)
    starved = held(stage, rule)
    size = processes.resident(starved)
    resource.prlimit(starved, resource.RLIMIT_AS, (size, size))
    stage.promise.kills += 1
    rule.release()
    people.post(stage, 300)


@fault("F05", modes=BOTH, quick=POSTGRES, late=1300)
def sender_stopped_past_its_lease(stage: Stage) -> None:
    """SIGSTOP for the lease and a minute, then SIGCONT: it sends nothing that was taken over."""
    stage.start_servers()
    stage.start()
    pid = _stopped(stage)
    began, span = stage.now(), scaled(_LEASE + 60)
    until(lambda: stage.now() - began > span, "the lease and a minute", span + 10)
    if stage.mode == POSTGRES:  # on one machine a sender that lives keeps its rows
        # All but one in doubt, which waits. So the mail in hand has left by another sender when
        # the first one goes on: if it sends, everybody sees it.
        others = _MAILS - (stage.seed == _AT_DOT)
        until(lambda: _different(stage) >= others, "others to take over", scaled(300) + 30)
    stage.go_on(pid)


def _stopped(stage: Stage) -> int:
    """A sender that was stopped: past its fence, after the dot (in doubt), or before its mail."""
    if stage.seed == 1:
        fallen = stage.arm("fenced", signal.SIGSTOP)
        people.post(stage, _MAILS)
        return int(until(fallen, "a sender to stop behind its fence"))
    step, taken = ("dot", True) if stage.seed == _AT_DOT else ("rcpt", False)
    rule = stage.mail.on(step, Hold(taken), skip=stage.random.randrange(_MAILS))
    people.post(stage, _MAILS)
    pid = held(stage, rule)
    stage.kill(pid, signal.SIGSTOP)
    rule.release()
    return pid


@fault("F32", modes=BOTH, late=300, timeout=900)
def poison(stage: Stage) -> None:
    """Mails that nobody can write, or that kill who writes them: five starts, the end, alone."""
    stage.start_servers()
    stage.start()
    stage.promise.may_end = True
    kinds = ("render", "header", "recursion", "segfault")
    deadly = [
        people.post_to(stage, people.address(stage, kind), subject=f"poison {kind}")
        for kind in kinds
    ]
    people.post(stage, 100)
    stage.quiet(3000)
    ended = Message.objects.filter(state="ended")
    assert {row.pk for row in ended} == {row.pk for row in deadly}
    assert {(row.reason, row.falls) for row in ended} == {("poison", 5)}


@also("F41", seed=4, modes=BOTH, late=600)
def taken_back_behind_a_slow_mail(stage: Stage) -> None:
    """Claimed and written, but behind another one: what is taken back now does not start."""
    stage.start_servers()
    stage.start()
    rule = stage.mail.on("rcpt", Hold())
    messages = people.post(stage, _MAILS)
    until(lambda: rule.peers, "a slow mail")
    for message in messages[-3:]:
        message.mailbox.suppress(now=timezone.now())
        stage.promise.silent_since[message.mailbox.address] = time.time()
        del stage.promise.mails[message.mailbox.address]
    rule.release()


def held(stage: Stage, rule: Rule) -> int:
    """The sender that the mail server holds by this rule."""
    until(lambda: rule.peers, f"somebody to come to {rule.stage}")
    return int(until(lambda: stage.owner_of(rule.peers[-1]), "whose line it is"))


def _doubled(stage: Stage) -> int:
    return len(stage.mail.taken()) - _different(stage)


def _different(stage: Stage) -> int:
    return len({mail.id for mail in stage.mail.taken()})
