"""Many hands reach for the same rows."""

from chaos import people
from chaos.book import POSTGRES, fault
from chaos.stage import Stage
from outbox.models import Message

_WORKERS = 10
_ROUNDS = 10
_ROWS = 5000


# How late the last of 5,000 is tells how fast this machine is: no clock of the product's is in it.
@fault("F31", quick=POSTGRES, real="", late=6000)
def ten_workers_race(stage: Stage) -> None:
    """Ten workers race for one row, ten times over, and then for 5,000: each leaves once."""
    stage.start_servers()
    stage.start()
    there = 2 if stage.mode == POSTGRES else 1
    names = [f"worker{number}" for number in range(there + 1, _WORKERS + 1)]
    for name in names:
        stage.start_another(name)
    for name in names:
        stage.is_ready(name)
    for _ in range(_ROUNDS):
        people.post(stage, 1)
        people.all_arrived(stage, 60)
    people.post_many(stage, _ROWS)
    stage.quiet(6000)
    owners = Message.objects.values_list("claim_owner", flat=True)
    stage.told["senders"] = len(set(owners))
    # Nobody had to give a row back, or to start one anew.
    assert not Message.objects.exclude(attempts=0, falls=0, doubts=0).exists()
    assert stage.mail.reached["dot"] == _ROUNDS + _ROWS
