"""Senders that die, stand still, or cannot write what they should."""

import signal

from chaos import people
from chaos.book import BOTH, POSTGRES, fault
from chaos.clock import scaled, until
from chaos.mail_server import Hold, Rule
from chaos.stage import Stage

_MAILS = 12
_BY_POINT = ("claimed", "connected", "dot", "answered", "settling", "settled")
_BY_SERVER = ("rcpt", "body")
_LEASE = 300


@fault("F01", modes=BOTH, quick=POSTGRES, late=1300)
def sender_killed_at_eight_steps(stage: Stage) -> None:
    """kill -9 at each of eight steps: the mail in hand at the dot is in doubt, nothing else."""
    stage.start_servers()
    stage.start()
    for step in _BY_POINT:
        fallen = stage.arm(step)
        people.post(stage, _MAILS)
        until(fallen, f"a sender to fall at {step}")
    for step in _BY_SERVER:
        rule = stage.mail.on(step, Hold(), skip=stage.random.randrange(_MAILS))
        people.post(stage, _MAILS)
        kill_held(stage, rule)


@fault("F05", modes=BOTH, quick=POSTGRES, late=1300)
def sender_stopped_past_its_lease(stage: Stage) -> None:
    """SIGSTOP for the lease and a minute, then SIGCONT: it sends nothing that was taken over."""
    stage.start_servers()
    stage.start()
    stops = [stage.mail.on("rcpt", Hold(), skip=stage.random.randrange(_MAILS))]
    people.post(stage, _MAILS)
    pid = held(stage, stops[0])
    stage.kill(pid, signal.SIGSTOP)
    stops[0].release()
    began = stage.now()
    until(
        lambda: stage.now() - began > scaled(_LEASE + 60),
        "the lease and a minute",
        scaled(_LEASE + 120) + 10,
    )
    stage.go_on(pid)


def held(stage: Stage, rule: Rule) -> int:
    """The sender that the mail server holds by this rule."""
    until(lambda: rule.peers, f"somebody to come to {rule.stage}")
    return until(lambda: stage.owner_of(rule.peers[-1]), "whose line it is")


def kill_held(stage: Stage, rule: Rule) -> None:
    """kill -9 for whoever is held."""
    stage.kill(held(stage, rule))
    rule.release()
