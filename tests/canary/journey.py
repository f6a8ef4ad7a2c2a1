"""One walk that leaves a word of its own in every place where people's words can be kept.

Run as a program, so that the database is a real file with a write-ahead log and everything that
is logged at DEBUG can be read afterwards. It copies all of that, while still open, into the folder
named on its command line, with a list of what it planted.
"""

import datetime as dt
import json
import logging
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "supportnet.settings"
django.setup()

from celery.utils.log import get_task_logger  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from checkins import dispatch  # noqa: E402
from checkins.models import Share  # noqa: E402
from moderation.models import Appeal, Opening, Report  # noqa: E402
from outbox.work import work  # noqa: E402
from tests import factories  # noqa: E402
from tests.mail_server import Mail, MailServer  # noqa: E402
from vault import fields  # noqa: E402
from vault.fields import Sealed, SealedField  # noqa: E402

# Whatever the hour of the run, it is day there: a member's mail waits through quiet hours.
ZONES = ["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Honolulu"]
PERSON, MEMBER = "canary-person@example.org", "canary-member@example.org"


class Walk:
    """A person's browser, a member's browser, and their mail."""

    def __init__(self, server: MailServer, prefix: str) -> None:
        self.server, self.prefix = server, prefix
        self.person, self.member = Client(), Client()
        self.zone = next(zone for zone in ZONES if 9 <= dt.datetime.now(ZoneInfo(zone)).hour < 20)

    def mail_to(self, address: str) -> Mail:
        work()
        return [mail for mail in self.server.mails if mail.to == address][-1]

    def follow(self, client: Client, mail: Mail, purpose: str) -> str:
        """Open the mail's link of this purpose; the clean address it leads to."""
        found = re.search(rf"http://[^/\s]+(/l/{purpose}[\w-]+)", mail.text)
        assert found, mail.text
        opened = client.get(found.group(1), follow=True)
        assert opened.status_code == 200, opened.status_code
        return str(opened.redirect_chain[-1][0])

    def post(self, path: str, typed: dict[str, Any], client: Client | None = None) -> Any:
        answered = (client or self.person).post(path, self.own(typed), follow=True)
        assert answered.status_code == 200, (path, answered.status_code)
        assert b'id="summary"' not in answered.content, (path, answered.content.decode())
        return answered

    def own(self, typed: dict[str, Any]) -> dict[str, Any]:
        """The same in this walk's own words: walks share one server and its log ahead."""
        words = {name: value for name, value in typed.items() if "@" not in str(value)}
        return typed | {
            name: str(value).replace("canary-", f"{self.prefix}-") for name, value in words.items()
        }

    def come_in(self) -> None:
        self.post("/", {"email": PERSON})
        code = re.search(r"^\s+(\S+)\s*$", self.mail_to(PERSON).text, re.MULTILINE)
        assert code
        self.post("/code/", {"code": code.group(1)})
        place = {"country": "DE", "zone": self.zone, "language": "en"}
        self.post(
            "/welcome/", {"name": "Canary-display", "adult": "adult", "consent": "on", **place}
        )
        self.post("/settings/mail/", {"own_subject": "canary-subject", "reply_mail": "words"})
        self.post("/settings/programs/", {"name": "canary-tool", "scope": "all"})

    def invite(self) -> None:
        about = {"name": "canary-name", "label": "canary-label", "kind": "friend"}
        words = {"words": "canary-invitation", "first_word": "canary-first"}
        hears = {"address": MEMBER, "level": "words", "in_mail": "mail"}
        self.post("/circle/invite/", {**about, **words, **hears})
        letter = self.follow(self.member, self.mail_to(MEMBER), "i")
        self.post(letter, {"said": "yes"}, self.member)
        own = {"helps_me": "canary-helps", "gestures": "canary-gesture"}
        self.post("/circle/what-helps/", own)

    def say(self) -> None:
        said = {"note": "canary-note", "went_well": "canary-well", "would_help": "just_listen"}
        self.post("/today/", {"word": "up_and_down", **said})
        share = Share.objects.get()
        self.post(f"/said/{share.check_in.public_id}/now/", {})
        page = self.follow(self.member, self.mail_to(MEMBER), "s")
        answer = {"gesture": "canary-gesture", "words": "canary-reply", "kinds": "informational"}
        self.post(page, answer, self.member)
        about = {"item": f"share:{share.public_id}", "reason": "spam", "may_read": "on"}
        self.post(f"{page}report/", {**about, "words": "canary-report"}, self.member)

    def moderate(self) -> None:
        """A report opened, decided, answered, and looked at again by somebody else."""
        now, report = timezone.now(), Report.objects.get()
        said = self.own({"facts": "canary-facts", "answer": "canary-outcome"})
        again = self.own({"answer": "canary-again", "signed": "canary-second"})
        kim, ray = factories.moderator(), factories.moderator()
        report.claim(by=kim, now=now)
        why = self.own({"reason": "canary-opened, and this is why"})
        Opening.objects.open(report, category="context", **why, by=kim, now=now)
        signed = self.own({"signed": "canary-signed"})
        decision = factories.decision(report=report, by=kim, now=now, **said, **signed)
        words = self.own({"words": "canary-appeal"})
        appeal = Appeal.objects.make(decision, **words, now=now)
        assert appeal is not None
        appeal.claim(by=ray, now=now)
        appeal.decide(change=False, **again, by=ray, now=now)

    def own_page(self) -> None:
        page = self.follow(self.member, self.mail_to(MEMBER), "y")
        hours = {"answers_when": "canary-when", "often": "each", "quiet_from": "21:00"}
        place = {"quiet_to": "08:00", "zone": self.zone, "language": "en", "country": "DE"}
        self.post(page, {**hours, **place, "reads": "any"}, self.member)
        away = {"choice": "break", "own_words": "canary-away"}
        self.post(f"{page}leave/", away, self.member)
        self.post(f"{page}return/", {"sure": "on"}, self.member)

    def leave_a_mail_waiting(self) -> None:
        """Words in a mail wait a minute, so this one is still in the outbox at the end."""
        said = {"word": "heavy", "note": "canary-program"}
        self.person.post(
            "/api/v1/answers/",
            self.own(said),
            content_type="application/json",
            headers={"Idempotency-Key": "canary-key"},
        )
        # Refused at the end of its way: nothing of it may stand in a log.
        asked = self.own({"name": "canary-asked", "words": "canary-letter"})
        for path in ("members/", "members/mail/", "canary-path/"):
            answer = self.person.post(f"/api/v1/{path}", asked, content_type="application/json")
            assert answer.status_code in {200, 400, 404}

    def look_at_the_calendar(self) -> str:
        """The address for a calendar program, made and fetched: the secret part of it."""
        self.post("/rhythm/calendar/make/", {})
        page = self.person.get("/rhythm/calendar/").content.decode()
        found = re.search(r"/moments/([\w-]+)\.ics", page)
        assert found
        assert Client().get(found.group(0)).status_code == 200
        return found.group(1)

    def lose_a_session(self) -> None:
        """A form posted after its session ended keeps its words, sealed, at the door."""
        Client().post("/today/", self.own({"note": "canary-kept"}))


def planted() -> dict[str, str]:
    """For each sealed column, what the walk left in it, as it reads opened."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedField):
                values = [_opened(row, field) for row in model._default_manager.all()]
                found[f"{model._meta.label}.{field.name}"] = "\n".join(values)
    return found


def _opened(row: models.Model, field: SealedField) -> str:
    value = getattr(row, field.name)
    return "" if value is None else field.to_text(value)


def _break_seals(names: list[str]) -> None:
    """Take these seals away, as a slip in a later change might."""
    real = fields.seal

    def seal(plain: str, *, key_id: int, bound: str, size: int) -> Sealed:
        if bound.split("|")[0] in names:
            return Sealed(plain.encode())
        return real(plain, key_id=key_id, bound=bound, size=size)

    def unseal(closed: bytes, *, key_id: int, bound: str) -> str:
        broken = bound.split("|")[0] in names
        return closed.decode() if broken else really_unseal(closed, key_id=key_id, bound=bound)

    really_unseal, fields.seal, fields.unseal = fields.unseal, seal, unseal


def main(target: Path, broken: list[str]) -> None:
    if broken:
        _break_seals(broken)
    logging.getLogger().setLevel(logging.DEBUG)
    get_task_logger(__name__).setLevel(logging.DEBUG)
    call_command("migrate", verbosity=0)
    with MailServer() as server, override_settings(SMTP_URL=server.url):
        walk = Walk(server, "broken" if broken else "canary")
        walk.come_in()
        walk.invite()
        walk.say()
        walk.moderate()
        walk.own_page()
        walk.leave_a_mail_waiting()
        walk.lose_a_session()
        calendar = walk.look_at_the_calendar()
        dispatch.tick(timezone.now() + dt.timedelta(days=1))
    (target / "planted.json").write_text(
        json.dumps({"calendar": calendar} | ({} if broken else planted()))
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
    # While the connection is open the write-ahead log is still there.
    shutil.copytree(settings.VAR_DIR, target / "var")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
