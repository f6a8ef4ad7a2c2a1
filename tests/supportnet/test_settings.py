"""A setting that nobody can have meant stops the start, with one line that says what is meant."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("METRICS_TOKEN", "short", "METRICS_TOKEN is too short"),
        ("IN_DOUBT", "Hold", "IN_DOUBT is resend or hold."),
        ("MAIL_FROM", "SupportNet <hello@example.org>", "MAIL_FROM is an address alone"),
        ("IDEMPOTENCY_HEADER", "Key:", "without a colon"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is json or plain."),
    ],
)
def test_what_nobody_can_have_meant_stops_the_start(name, value, said):
    done = subprocess.run(
        [sys.executable, "-c", "import supportnet.settings"],
        cwd=settings.BASE_DIR,
        env=os.environ | {name: value},
        capture_output=True,
    )
    assert done.returncode == 1
    last = done.stderr.decode().strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert said in last
