"""What staff cannot see or do, whatever their role: every address of the office, every canary."""

import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Person
from checkins.models import Reply
from library.models import OwnLine
from moderation import items, roles
from moderation.models import Access, Report
from outbox.models import Alarm, Hold, Message, Outage, Pulse
from tests import factories, seeds
from tests.moderation.desk import at_desk, page
from tests.test_routes import ADMIN
from vault.part import parts

pytestmark = pytest.mark.django_db

# All that is sealed or tells who somebody is: the seeds write it into each column.
CANARIES = (
    "ada-display", "ada@example.org", "ada-member@example.org", "ada-subject", "ada-session",
    "ada-helps", "ada-gesture", "ada-membername", "ada-label", "ada-when", "ada-first",
    "ada-invitation", "ada-note", "ada-well", "ada-reply", "ada-body", "ada-report", "ada-opened",
    "ada-facts", "ada-appeal",
)  # fmt: skip
STAFF = ["superuser", *roles.ROLES]
_QUERIES = (
    "?q=ada", "?q=ada%40example", "?o=1.-2", "?e=1", "?all=", "?_popup=1",
    "?_popup=1&_to_field=email", "?email__startswith=ada", "?mailbox__address__contains=ada",
)  # fmt: skip
_FILTER = re.compile(r'href="(\?[^"#]+)"')


def somebody(role: str) -> Person:
    if role == "superuser":
        person = factories.person(name="Kim", address="kim@example.org")
        person.make_staff()
        return person
    return factories.staff(role, name="Kim", address="kim@example.org")


@pytest.fixture
def ada(now: Any) -> Person:
    """Somebody with a row in every table, and a report that waits in nobody's hands."""
    person = seeds.everything_of("ada")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "ada-secret"})
    member = person.circle.members.get()
    letter = items.of_letter(Reply.objects.get())[0]
    factories.report(member=member, item=letter, words="ada-report", may_read=True, now=now)
    return person


def addresses() -> Iterator[str]:
    """Every address of the office: lists, one row, its history, deletion, completion, and more."""
    ids = {model._meta.label_lower: _some(model) for model, _part in parts()}
    for name in ADMIN:
        label = name.removeprefix("admin:").replace("_", ".", 1)
        found = [pk for key, pks in ids.items() if label.startswith(key) for pk in pks]
        for args in ([], *[[pk] for pk in found], *[["1"], ["accounts"]]):
            with suppress(NoReverseMatch):
                yield reverse(name, args=args)
    for model in ("report", "member", "person", "mailbox"):
        query = f"?app_label=moderation&model_name={model}&field_name=member&term=ada"
        yield f"{reverse('admin:autocomplete')}{query}"
    for report in Report.objects.all():
        yield page("report_desk", report.public_id)
        yield page("report_read", report.public_id)
        if hasattr(report, "decision") and hasattr(report.decision, "appeal"):
            yield page("appeal_desk", report.decision.appeal.public_id)


def _some(model: Any) -> list[Any]:
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:4])


def crawl(client: Client) -> Iterator[tuple[str, str]]:
    """Each address once; lists that open also searched and sorted, and by every filter they offer.

    Whom a list is closed to is refused before anybody reads what else they ask of it.
    """
    wanted = list(dict.fromkeys(addresses()))
    while wanted:
        there = wanted.pop()
        answer = client.get(there)
        body = answer.content.decode(errors="replace")
        yield there, f"{body} {answer.get('Location', '')}"
        if _is_list(there) and answer.status_code != 403:
            offered = sorted(set(_FILTER.findall(body)) - set(_QUERIES))[:20]
            wanted += [f"{there}{query}" for query in (*_QUERIES, *offered)]


def _is_list(there: str) -> bool:
    return there.count("/") == 4 and "?" not in there


@pytest.mark.once
@pytest.mark.parametrize("role", STAFF)
def test_no_page_of_the_office_shows_a_word_a_name_or_an_address(ada: Person, role: str) -> None:
    client, shown, count = at_desk(somebody(role)), [], 0

    for there, text in crawl(client):
        count += 1
        shown += [f"{there} shows {word}" for word in CANARIES if word in text]

    assert shown == []
    assert count > 40


def test_the_crawl_sees_what_is_shown(ada: Person, now: Any) -> None:
    kim = somebody(roles.MODERATOR)
    report = Report.objects.waiting().get()
    report.claim(by=kim, now=timezone.now())

    text = "".join(text for _there, text in crawl(at_desk(kim)))

    assert "ada-report" in text
    assert "ada-reply" in text
    assert "ada-note" not in text


def test_deleting_adding_and_changing_by_post_shows_nothing_either(ada: Person) -> None:
    client = at_desk(somebody("superuser"))
    before = Person.objects.count(), Report.objects.count(), Message.objects.count()

    for model in (Report, Person, Message, Access, LogEntry):
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        for name, args in (("add", []), ("delete", [row.pk if row else 1])):
            text = client.post(reverse(f"{base}_{name}", args=args), {"post": "yes"})
            assert not [word for word in CANARIES if word in text.content.decode()]
        listed = {"action": "delete_selected", "_selected_action": [row.pk if row else 1]}
        text = client.post(reverse(f"{base}_changelist"), listed, follow=True).content.decode()
        assert not [word for word in CANARIES if word in text]

    assert (Person.objects.count(), Report.objects.count(), Message.objects.count()) == before


def test_an_address_is_masked_and_found_only_whole_and_each_search_is_noted(ada: Person) -> None:
    client = at_desk(somebody(roles.OPERATOR))
    there = reverse("admin:moderation_find_person")

    found = client.post(there, {"address": "Ada@Example.org"}, follow=True)
    part = client.post(there, {"address": "ada"}, follow=True).content.decode()

    assert str(ada.public_id) in found.content.decode()
    assert "a***@e…" in found.content.decode()
    assert "ada@example.org" not in found.content.decode() + str(found.redirect_chain)
    assert "No account has exactly this address." in part
    searched = Access.objects.filter(what="searched").order_by("pk")
    assert [row.about_id for row in searched] == [ada.public_id, None]
    assert client.get(there).status_code == 405
    assert searched.count() == 2


@pytest.mark.parametrize(
    ("listed", "query"),
    [
        ("accounts_person", "email__startswith=a"),
        ("accounts_person", "display_name__contains=ada"),
        ("accounts_person", "password__startswith=!"),
        ("accounts_person", "key_id=1"),
        ("moderation_report", "person_key_id=1"),
        ("moderation_report", "member=1"),
        ("moderation_access", "about_id__isnull=1"),
        ("outbox_message", "mailbox=1"),
        ("outbox_message", "key_id=1"),
    ],
)
def test_no_list_is_narrowed_by_what_it_does_not_offer(
    ada: Person, listed: str, query: str
) -> None:
    client, there = at_desk(somebody("superuser")), reverse(f"admin:{listed}_changelist")

    assert client.get(f"{there}?{query}").status_code == 400
    for offered in admin.site.get_model_admin(apps.get_model(*listed.split("_"))).list_filter:
        assert client.get(f"{there}?{offered}__exact=1").status_code == 200


def test_only_our_own_screens_are_in_the_office() -> None:
    shown = {model._meta.label for model in admin.site._registry}

    assert {"account.EmailAddress", "mfa.Authenticator", "auth.Group"}.isdisjoint(shown)
    assert {"accounts.Session", "vault.Key", "outbox.Mailbox"}.isdisjoint(shown)
    assert not {label for label in shown if label.startswith(("authtoken", "sessions", "knox"))}


def test_nobody_signs_in_as_somebody_or_sets_their_password(ada: Person) -> None:
    client = at_desk(somebody("superuser"))
    change = reverse("admin:accounts_person_change", args=[ada.pk])

    posted = {"email": "kim@example.org", "password": "x", "display_name": "x", "is_staff": "on"}
    client.post(change, posted)
    assert client.get(f"{change}../password/").status_code in {302, 404}

    ada.refresh_from_db()
    assert (ada.email, ada.display_name) == ("ada@example.org", "ada-display")
    assert (ada.is_staff, ada.is_active, ada.has_usable_password()) == (False, True, False)


# role × model × action: what is not here nobody may

LOOK, ALL = {"view"}, {"view", "add", "change", "delete"}
MATRIX: dict[str, dict[type[Any], set[str]]] = {
    roles.MODERATOR: {Report: LOOK},
    roles.HELPLINE_EDITOR: {Report: LOOK, OwnLine: ALL},
    roles.OPERATOR: dict.fromkeys((Person, Message, Pulse, Outage, Hold, Alarm), LOOK),
    roles.AUDITOR: {Access: LOOK, LogEntry: LOOK},
}


@pytest.mark.parametrize("role", roles.ROLES)
def test_each_role_may_what_the_matrix_says_and_nothing_else(role: str, rf: Any) -> None:
    request, wrong = rf.get("/"), []
    request.user = Person.objects.get(pk=somebody(role).pk)

    for model, office in admin.site._registry.items():
        may = {action for action, allowed in office.get_model_perms(request).items() if allowed}
        expected = MATRIX[role].get(model, set())
        if may != expected:
            wrong.append(f"{role} {model._meta.label}: {may} instead of {expected}")
    assert wrong == []


@pytest.mark.parametrize("role", STAFF)
def test_only_moderators_take_open_and_decide(ada: Person, role: str) -> None:
    client, report = at_desk(somebody(role)), Report.objects.waiting().get()
    tries = [
        ("report_claim", {}),
        ("report_glass", {"category": "law", "reason": "Because I would like to know it."}),
        ("report_decide", {"action": "none"}),
    ]
    answers = {name: client.post(page(name, report.public_id), said) for name, said in tries}

    report.refresh_from_db()
    if role == roles.MODERATOR:
        assert report.decided_at is not None
    else:
        assert {answer.status_code for answer in answers.values()} == {403}
        assert (report.claimed_by, report.decided_at) == (None, None)


def test_a_helpline_editor_works_on_helplines_alone(ada: Person) -> None:
    (item,) = items.of_line("DE", "de-telefonseelsorge")
    line = Report.objects.store(item, by="anyone", reason="wrong_line", now=timezone.now())
    client = at_desk(somebody(roles.HELPLINE_EDITOR))

    front = client.get(reverse("admin:index")).content.decode()
    listed = client.get(reverse("admin:moderation_report_changelist")).content.decode()
    client.post(page("report_claim", line.public_id))
    client.post(page("report_decide", line.public_id), {"action": "fixed"})

    assert "A helpline is wrong" in front
    assert "Harassment or control</h3>" not in front
    assert str(line.public_id) in listed
    assert str(Report.objects.exclude(pk=line.pk).first().public_id) not in listed
    line.refresh_from_db()
    assert line.decision.action == "fixed"


def test_the_command_gives_takes_and_lists_roles_and_each_change_is_noted(capsys: Any) -> None:
    call_command("roles", "kim@example.org", roles.MODERATOR, roles.AUDITOR)
    kim = Person.objects.get(email="kim@example.org")
    assert roles.roles_of(kim) == {roles.MODERATOR, roles.AUDITOR}
    assert (kim.is_staff, kim.is_superuser) == (True, False)
    assert "kim@example.org is new here" in capsys.readouterr().out

    call_command("roles", "kim@example.org", roles.AUDITOR, "--take")

    assert roles.roles_of(kim) == {roles.MODERATOR}
    out = capsys.readouterr().out
    assert "moderator: k***@e…" in out
    assert "new here" not in out
    assert Access.objects.filter(what="role", about_id=kim.public_id).count() == 3


def test_staff_without_a_second_factor_come_no_further(client: Client) -> None:
    client.force_login(somebody(roles.MODERATOR))

    assert (
        client.get(reverse("admin:index"))["Location"] == reverse("admin:login") + "?next=/office/"
    )
    assert client.get(reverse("admin:login"))["Location"] == reverse("mfa_index")


@pytest.mark.parametrize(
    ("address", "proxies", "forwarded", "opens"),
    [
        ("192.0.2.7", 0, "", True),
        ("::ffff:192.0.2.7", 0, "", True),
        ("2001:db8::5", 0, "", True),
        ("198.51.100.7", 0, "", False),
        ("198.51.100.7", 0, "192.0.2.7", False),
        ("10.0.0.1", 1, "192.0.2.7", True),
        ("10.0.0.1", 1, "192.0.2.7, 198.51.100.7", False),
        ("", 0, "", False),
    ],
)
def test_with_a_list_of_networks_there_is_no_office_elsewhere(
    address: str, proxies: int, forwarded: str, opens: bool, settings: Any
) -> None:
    client = at_desk(somebody(roles.MODERATOR))
    settings.ADMIN_NETWORKS = [ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")]
    settings.TRUSTED_PROXIES = proxies
    from_there = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": forwarded}

    for name in ("index", "login", "moderation_report_changelist", "jsi18n"):
        got = client.get(reverse(f"admin:{name}"), **from_there).status_code
        assert (got != 404) == opens, name
