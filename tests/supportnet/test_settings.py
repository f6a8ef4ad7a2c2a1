"""A setting that nobody can have meant stops the start, with one line that says what is meant."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from outbox import webhooks

AS_TOLD = {
    "MAIL_WEBHOOK_SECRET": "provider:a:b",
    "BOUNCE_DOMAIN": "back.example.org",
    "REPLY_DOMAIN": "answers.xn--bcher-kva.example",
    "OPERATOR_EMAIL": "kim@example.org",
    "TRUSTED_PROXIES": "1",
    "ONE_MODERATOR": "true",
    "ADMIN_PATH": "/quiet/office/",
    "ADMIN_NETWORKS": "192.0.2.0/24,2001:db8::/32",
    "LOG_LEVEL": "WARNING",
}


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("METRICS_TOKEN", "short", "METRICS_TOKEN is too short"),
        ("IN_DOUBT", "Hold", "IN_DOUBT is resend or hold."),
        ("MAIL_FROM", "SupportNet <hello@example.org>", "MAIL_FROM is an address alone"),
        ("IDEMPOTENCY_HEADER", "Key:", "without a colon"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is json or plain."),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is DEBUG, INFO, WARNING, ERROR or CRITICAL."),
        ("MAIL_PROVIDER", "Postmark", "MAIL_PROVIDER is mailgun, mailjet, postmark or sparkpost."),
        ("MAIL_WEBHOOK_SECRET", "one-word", "MAIL_WEBHOOK_SECRET is written name:password."),
        ("BOUNCE_DOMAIN", "https://back.example.org", "BOUNCE_DOMAIN is a domain alone"),
        ("BOUNCE_DOMAIN", "back", "BOUNCE_DOMAIN is a domain alone"),
        ("REPLY_DOMAIN", "answers@example.org", "REPLY_DOMAIN is a domain alone"),
        ("REPLY_DOMAIN", "answers.example.org ", "REPLY_DOMAIN is a domain alone"),
        ("OPERATOR_EMAIL", "Kim <kim@example.org>", "OPERATOR_EMAIL is an address alone"),
        ("SMTP_URL", "mail.example.org:587", "SMTP_URL cannot be read."),
        ("SMTP_URL", "smtp://mara:hunter2@mail.example.org", "use smtp+tls:// or smtps://."),
        ("OPERATOR_SMTP_URL", "smpt://mail.example.org", "OPERATOR_SMTP_URL cannot be read."),
        ("VAULT_KEYS", "1:", "VAULT_KEYS cannot be read. A key ring holds"),
        ("VAULT_HASH_KEYS", "hunter2", "VAULT_HASH_KEYS cannot be read. A key ring is written"),
        ("LINK_KEYS", "1:hunter2", "LINK_KEYS cannot be read. A key ring"),
        ("SITE_URL", "supportnet.example", "SITE_URL is an address, as in https://"),
        ("TRUSTED_PROXIES", "one", "TRUSTED_PROXIES is a number, 0 or more."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES is a number, 0 or more."),
        ("ONE_MODERATOR", "ture", "ONE_MODERATOR is 1 or 0."),
        ("ADMIN_PATH", "/", "ADMIN_PATH is a path"),
        ("ADMIN_PATH", "our office", "ADMIN_PATH is a path"),
        ("ADMIN_NETWORKS", "192.0.2.0/24,192.0.2.1/33", "ADMIN_NETWORKS is written as in"),
    ],
)
def test_what_nobody_can_have_meant_stops_the_start(name, value, said):
    done = started({name: value})
    assert done.returncode == 1
    last = done.stderr.decode().strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert said in last
    assert "hunter2" not in done.stderr.decode()


@pytest.mark.once
@pytest.mark.parametrize("name", ["WEB_WORKERS", "WEB_THREADS"])
def test_what_nobody_can_have_meant_stops_the_start_of_the_pages(name):
    done = run(["-m", "gunicorn", "--check-config", "supportnet.wsgi"], {name: "two"})
    assert done.returncode == 1
    last = done.stderr.decode().strip().splitlines()[-1]
    assert last.endswith(f"ImproperlyConfigured: {name} is a number, 0 or more.")


def test_what_the_pages_for_operators_name_starts():
    for provider in webhooks.READERS:
        assert started({"MAIL_PROVIDER": provider, **AS_TOLD}).returncode == 0


def started(said):
    """A process that reads the settings with these in its environment."""
    return run(["-c", "import supportnet.settings"], said)


def run(words, said):
    return subprocess.run(
        [sys.executable, *words],
        cwd=settings.BASE_DIR,
        env=os.environ | said,
        capture_output=True,
    )
