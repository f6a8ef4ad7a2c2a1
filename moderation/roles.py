"""Who may do what in the office. A role is a group; ``manage.py roles`` makes and gives them.

Being a superuser opens no message and decides no report: that takes the role of a moderator.
"""

import datetime as dt

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from accounts.models import Person
from moderation.models import Access

MODERATOR = "moderator"
HELPLINE_EDITOR = "helpline editor"
OPERATOR = "operator"
AUDITOR = "auditor"

# Each role's rights on the tables, as Django names them. What is not here nobody has.
ROLES: dict[str, tuple[str, ...]] = {
    MODERATOR: ("moderation.view_report",),
    HELPLINE_EDITOR: (
        "moderation.view_report",
        "library.view_ownline",
        "library.add_ownline",
        "library.change_ownline",
        "library.delete_ownline",
    ),
    OPERATOR: (
        "accounts.view_person",
        "outbox.view_message",
        "outbox.view_pulse",
        "outbox.view_outage",
        "outbox.view_hold",
        "outbox.view_alarm",
    ),
    AUDITOR: ("moderation.view_access", "admin.view_logentry"),
}


def roles_of(person: Person) -> set[str]:
    """The roles somebody has; none when they are no staff."""
    if not (person.is_active and person.is_staff):
        return set()
    return set(person.groups.filter(name__in=ROLES).values_list("name", flat=True))


def renew() -> None:
    """Make the groups and give each exactly its rights; running it twice changes nothing."""
    for name, rights in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(_named(rights)))


def give(person: Person, role: str, *, by: Person | None, now: dt.datetime) -> None:
    """Give somebody a role, and open the office to them."""
    with transaction.atomic():
        person.join_staff()
        person.groups.add(Group.objects.get(name=role))
        _note(person, role, by, now)


def take(person: Person, role: str, *, by: Person | None, now: dt.datetime) -> None:
    """Take a role away."""
    with transaction.atomic():
        person.groups.remove(Group.objects.get(name=role))
        _note(person, role, by, now)


def _note(person: Person, role: str, by: Person | None, now: dt.datetime) -> None:
    Access.objects.record(
        by=by,
        what=Access.What.ROLE,
        about="person",
        about_id=person.public_id,
        reason=role,
        now=now,
    )


def _named(rights: tuple[str, ...]) -> Q:
    found = Q()
    for right in rights:
        label, codename = right.split(".")
        found |= Q(content_type__app_label=label, codename=codename)
    return found
