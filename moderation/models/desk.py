"""What a moderator chose for themselves: topics they would rather not meet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from vault.part import Part


class DeskQuerySet(models.QuerySet["Desk"]):
    def of(self, person: Person) -> "Desk":
        """A moderator's desk as it stands, without making one."""
        return self.filter(person=person).first() or Desk(person=person, topics=[])

    def choose(self, person: Person, topics: list[str]) -> None:
        """Show reports about these topics to others first."""
        self.update_or_create(person=person, defaults={"topics": sorted(topics)})


class Desk(models.Model):
    """The topics a moderator leaves to others. Nobody asks why."""

    part = Part(
        key="person__key_id",
        what=_("Topics a moderator leaves to others"),
        why=_("So that nobody has to read what is too much for them."),
        kept=_("As long as the account."),
        export={"topics": _("Topics you leave to others")},
    )

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk"
    )
    topics = models.JSONField(default=list)

    objects = DeskQuerySet.as_manager()

    def __str__(self) -> str:
        return f"desk {self.pk}"
