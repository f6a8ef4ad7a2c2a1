"""Mail servers that refuse, drip, cut, delay, or lie about being safe."""

from chaos import people
from chaos.book import BOTH, POSTGRES, fault
from chaos.clock import scaled, until
from chaos.mail_server import Cut, Drip, Reply, Wait
from chaos.stage import Stage
from outbox.models import Message


@fault("F18", modes=BOTH, late=600)
def drips(stage: Stage) -> None:
    """A byte each two seconds: the try ends in 75 s, the mail leaves when the server is well."""
    stage.start_servers()
    stage.start()
    drip = stage.mail.on("mail", Drip(2), times=None)
    people.post(stage, 3)
    until(lambda: drip.hits, "the first try")
    began = stage.now()
    until(_was_put_off, "the end of the try", scaled(75) + 10)
    assert stage.now() - began < scaled(75) + 10
    stage.mail.recover()


@fault("F20", modes=BOTH)
def refused_for_good(stage: Stage) -> None:
    """5xx at RCPT ends that mail alone, its mailbox is marked; the others leave."""
    stage.start_servers()
    stage.start()
    stage.promise.may_end = True
    stage.mail.on("mail", Reply("550 5.7.1 not you"), times=2)
    gone = people.address(stage, "gone")
    stage.mail.on("rcpt", Reply("550 5.1.1 nobody here"), to=gone, times=None)
    stage.mail.on("dot", Reply("554 5.6.0 not this"), to="mail3.", times=None)
    people.post(stage, 10)
    people.post_to(stage, gone)
    stage.quiet()
    ended = Message.objects.filter(state="ended")
    assert {row.reason for row in ended} == {"refused"}
    assert sum(row.mailbox.bounced_at is not None for row in ended.select_related("mailbox")) == 1


@fault("F22", modes=BOTH, quick=POSTGRES, late=1300)
def cut(stage: Stage) -> None:
    """Cut in the middle of a mail: it leaves once. Cut after the dot: in doubt, the same again."""
    stage.start_servers()
    stage.mail.on("body", Cut(), skip=stage.random.randrange(5), times=2)
    for taken in (True, False):
        stage.mail.on("dot", Cut(taken), skip=stage.random.randrange(8))
    people.post(stage, 30)
    stage.start()
    stage.quiet(1300)
    assert stage.mail.cuts == 4


@fault("F23", modes=BOTH, late=400)
def slow_to_say_yes(stage: Stage) -> None:
    """250 after 75 seconds: waited for, not doubled."""
    stage.start_servers()
    stage.mail.on("dot", Wait(scaled(75)))
    people.post(stage, 5)
    stage.start()
    stage.quiet()
    assert not Message.objects.filter(doubts__gt=0).exists()


def _was_put_off() -> bool:
    return Message.objects.exclude(setback="").exists()
