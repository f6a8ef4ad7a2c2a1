"""What people decide while mail is on its way, and what comes back later."""

import os
import random
import subprocess
import sys
import threading
import time

from django.utils import timezone

from chaos import people
from chaos.book import BOTH, POSTGRES, fault
from chaos.stage import ROOT, Stage
from circles.models import Member
from outbox.models import Mailbox, Message
from supportnet import my_data
from tests import factories
from tests.outbox.returned import report

_DOMAIN = "back.example.org"
# A sender past its fence may finish the one mail in hand.
_TO_FINISH = 2.0
_ROUNDS, _AT_ONCE = 200, 20


@fault("F39", modes=BOTH, real="")
def bounces_again_and_out_of_order(stage: Stage) -> None:
    """The same bounce five times, a delay told after the end, old news about a mended address."""
    stage.environment["BOUNCE_DOMAIN"] = _DOMAIN
    stage.start_servers()
    stage.start()
    messages = people.post(stage, 3)
    stage.quiet()
    back = {mail.to: mail.sender for mail in stage.mail.taken()}
    gone, delayed, spared = messages
    assert back[gone.mailbox.address].endswith(f"@{_DOMAIN}"), back
    failed = report(back[gone.mailbox.address], action="failed")
    late = report(back[gone.mailbox.address], action="delayed")
    for news in (late, failed, failed, late, failed, failed, failed):
        _hand_in(stage, news)
    first = _mailbox(gone).bounced_at
    assert first is not None
    _hand_in(stage, report(back[delayed.mailbox.address], action="delayed"))
    _hand_in(stage, report(f"x{back[spared.mailbox.address][1:]}", action="failed"))
    assert _mailbox(delayed).bounced_at is None
    assert _mailbox(spared).bounced_at is None
    later = factories.message(now=timezone.now(), mailbox=_mailbox(gone))
    stage.quiet()
    assert Message.objects.get(pk=later.pk).state == "ended"
    box = gone.mailbox
    Mailbox.objects.give(box.address, key_id=box.key_id, language="en", now=timezone.now())
    _hand_in(stage, failed)
    assert _mailbox(gone).bounced_at is None, "old news about an address that was given anew"


@fault("F41", modes=BOTH, quick=POSTGRES, real="", timeout=300)
def taken_back_while_it_leaves(stage: Stage) -> None:
    """Paused, removed, erased at the moment of sending, two hundred times: nothing starts after."""
    stage.start_servers()
    stage.start()
    chance, pause = random.Random(stage.seed), threading.Event()
    for _turn in range(_ROUNDS // _AT_ONCE):
        check_ins = people.asked(stage, _AT_ONCE, members=1)
        for check_in in check_ins:
            check_in.answer("okay", "a few words", now=timezone.now())
            # At once, or about as long as a mail takes from the answer to its fence.
            pause.wait(chance.choice((0, chance.uniform(0, 0.3))))
            member = Member.objects.select_related("mailbox").get(circle__person=check_in.person)
            to = member.mailbox.address
            _END[chance.randrange(len(_END))](member)
            stage.promise.silent_since[to] = time.time() + _TO_FINISH
    stage.quiet()
    # Whether each was before or after is chance; one mail at most is what is promised.
    arrived = {mail.to for mail in stage.mail.taken()}
    stage.told["arrived"] = len(arrived)
    for to in arrived:
        people.promise(stage, to)
    assert 0 < len(arrived) < _ROUNDS, f"no race: {len(arrived)} of {_ROUNDS} left"


def _removed(member: Member) -> None:
    member.remove(timezone.now())


def _paused(member: Member) -> None:
    member.pause(timezone.now())


def _erased(member: Member) -> None:
    my_data.erase(member.circle.person)


_END = (_removed, _paused, _erased)


def _hand_in(stage: Stage, news: bytes) -> None:
    """Through the door that a mail server's pipe uses."""
    told = os.environ | stage.environment
    command = [sys.executable, "manage.py", "inbound"]
    subprocess.run(command, cwd=ROOT, env=told, input=news, check=True, capture_output=True)


def _mailbox(message: Message) -> Mailbox:
    return Mailbox.objects.get(pk=message.mailbox_id)
