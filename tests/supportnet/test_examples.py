"""The two small clients answer today's check-in, run as somebody would run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Token
from checkins.models import Answer
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = Path(settings.BASE_DIR) / "examples"
CLIENTS = [["sh", str(EXAMPLES / "answer.sh")], [sys.executable, str(EXAMPLES / "answer.py")]]


def run(client: list[str], word: str, url: str, token: str) -> subprocess.CompletedProcess[str]:
    reached = {"PATH": os.environ["PATH"], "SUPPORTNET_URL": url, "SUPPORTNET_TOKEN": token}
    command = [*client, word]
    return subprocess.run(
        command, env=reached, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("client", CLIENTS, ids=["shell", "python"])
def test_an_example_answers_and_says_why_it_was_refused(live_server, client):
    noor = factories.person(name="Noor")
    _row, token = Token.objects.give(noor, name="Button", scope="answer", now=timezone.now())

    said = run(client, "okay", live_server.url, token)
    refused = run(client, "splendid", live_server.url, token)

    assert said.returncode == 0, said.stderr
    assert [answer.word for answer in Answer.objects.of(noor)] == ["okay"]
    assert refused.returncode != 0
    assert "This cannot be taken as it is." in refused.stdout + refused.stderr
    assert token not in said.stdout + said.stderr + refused.stdout + refused.stderr
