"""What a person takes along: everything of theirs in words, nothing of anybody else."""

import datetime as dt
import json
import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from checkins.models import Reply, Share
from circles.models import Circle, Member
from supportnet import my_data
from tests import factories, seeds
from vault.part import Part

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
ROOMS = {"accounts", "checkins", "circles", "library", "moderation", "outbox", "vault"}


def parts() -> dict[str, Part]:
    own = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
    return {model._meta.label: model.part for model in own}  # type: ignore[attr-defined]


def words_of(page: list[my_data.Table]) -> str:
    return "\n".join(
        f"{table.title} {label} {value}"
        for table in page
        for row in table.rows
        for label, value in row
    )


def test_every_model_says_what_it_keeps_why_and_how_long() -> None:
    for label, part in parts().items():
        said = [part.what, part.why, part.kept, *part.export.values()]
        assert all(str(one).strip() for one in said), label
        assert all(isinstance(one, Promise) for one in said), f"{label}: not to be translated"


def test_what_is_exported_and_forgotten_exists() -> None:
    for model in apps.get_models():
        part = getattr(model, "part", None)
        if part is None:
            continue
        words = [word for word in (part.expired, part.rows) if word]
        assert all(hasattr(model._default_manager, word) for word in words), model
        names = [name.partition(".")[0] for name in {**part.export, **part.read}]
        fields = {field.name for field in model._meta.get_fields()}
        assert all(name in fields or hasattr(model, name) for name in names), model


def test_export_holds_every_word_and_who_got_what(now: dt.datetime) -> None:
    ana, ben = seeds.everything_of("ana"), seeds.everything_of("ben")

    page, data = words_of(my_data.export_page(ana)), my_data.export_json(ana, now=now)

    for text in (page, data):
        for word in ("subject", "helps", "gesture", "membername", "label", "when", "first"):
            assert f"ana-{word}" in text
        for word in ("invitation", "note", "well", "reply"):
            assert f"ana-{word}" in text
        assert "ana@example.org" in text
        assert "ana-member@example.org" not in text
        assert "ben-" not in text
        assert "ben@" not in text
    (share,) = json.loads(data)["tables"]["checkins.share"]
    assert share["member_name"] == "ana-membername"
    assert share["check_in_local_date"] == "2026-11-20"
    assert "Who got what Who ana-membername" in page
    assert ben.email


@pytest.mark.parametrize("how", ["get", "post"])
def test_the_export_asks_who_it_is_when_they_came_in_a_while_ago(
    client: Client, now: dt.datetime, how: str
) -> None:
    """Of those who have a password or a second factor; a session alone is as one of last week."""
    ana = seeds.everything_of("ana")
    ana.set_password("four words in a row")
    ana.save()
    client.force_login(ana)

    answer = getattr(client, how)("/settings/data/")

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert "ana-" not in answer.content.decode()


def test_page_speaks_in_words_and_never_in_names_of_columns(
    client: Client, now: dt.datetime
) -> None:
    ana = seeds.everything_of("ana")
    factories.just_came_in(client, ana)

    shown = client.get("/settings/data/").content.decode()
    main = shown[shown.index("<main") : shown.index("</main>")]

    assert "A heavy day" in main
    assert "Thinking of you" in main
    assert "my word and what I write" in main
    assert "English" in main
    assert "Germany" in main
    assert not re.findall(r">[a-z]+_[a-z_]+<", main)
    assert not re.findall(r"<d[td][^>]*>(?:None|True|False|heavy|thinking)<", main)


def test_page_says_what_was_chosen_for_old_letters() -> None:
    person = factories.person()
    Circle.objects.of(person).choose_old_letters("kept")

    shown = words_of(my_data.export_page(person))

    assert "Letters older than three months keep only those you marked with “Keep”" in shown


def test_leaving_looks_like_a_break_in_the_export(now: dt.datetime) -> None:
    ada = factories.person()
    told = {"answers_when": "in the evening", "first_word": "Thank you for being there."}
    left, rests = (factories.member(person=ada, name="Mina", **told) for _ in range(2))
    left.leave(now)
    rests.take_break(now)

    for day in range(3):
        Member.objects.forget_addresses(now + dt.timedelta(days=day))
        rows = my_data.export(ada, now=now)["tables"]["circles.member"]
        assert rows[0] == rows[1]


def test_never_again_looks_like_no_in_the_export(now: dt.datetime) -> None:
    ada = factories.person()
    no, never = seeds.everything_of("no"), seeds.everything_of("never")
    del ada
    for person, again in ((no, False), (never, True)):
        member = Member.objects.of(person).get()
        member.state = Member.State.INVITED
        member.save()
        member.decline(now, never=again)

    exports = [my_data.export_json(person, now=now) for person in (no, never)]

    assert exports[0].replace("no-", "never-").replace("no@", "never@") == exports[1]


def test_what_a_member_undid_is_in_no_export_and_gone_after_a_day(now: dt.datetime) -> None:
    ada = factories.person()
    factories.member(person=ada, level="word")
    factories.check_in(person=ada, now=now).answer("okay", now=now)
    reply = Share.objects.get().reply(words="canary taken back", now=now)

    reply.undo(now)

    assert "canary" not in my_data.export_json(ada, now=now)
    assert not Reply.objects.to_forget(now + DAY / 2).exists()
    assert Reply.objects.to_forget(now + DAY).exists()


def test_privacy_page_is_made_of_the_parts(client: Client) -> None:
    shown = client.get("/privacy/").content.decode()
    with translation.override("en"):
        for part in parts().values():
            for said in (part.what, part.why, part.kept):
                assert str(said).replace("'", "&#x27;") in shown


def test_privacy_page_speaks_the_language_of_its_reader(client: Client) -> None:
    with translation.override("ar-xb"):
        shown = client.get("/privacy/", headers={"accept-language": "ar-xb"}).content.decode()
        assert "Until you erase your account." not in shown
