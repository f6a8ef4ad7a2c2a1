"""What an operator adds to the shipped helplines, or hides of them."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from library.names import country_codes
from vault.part import Part


def known_country(code: str) -> None:
    """Refuse a code that is no country's: its lines would never be shown."""
    if code not in country_codes():
        raise ValidationError(_("This is no country code. Write two capital letters, as in DE."))


class OwnLineQuerySet(models.QuerySet["OwnLine"]):
    def about(self, country_code: str) -> "OwnLineQuerySet":
        """The operator's rows for one country: lines of their own and hidden ones."""
        return self.filter(country=country_code).order_by("pk")

    def hide(
        self, country: str, line_id: str, *, source: str, checked_on: dt.date
    ) -> "OwnLine | None":
        """Show a shipped line no more; None when it is hidden already."""
        if self.filter(country=country, hidden_id=line_id).exists():
            return None
        return self.create(
            country=country, hidden_id=line_id, source=source[:300], checked_on=checked_on
        )


class OwnLine(models.Model):
    """A helpline the operator has checked, or a shipped one the operator hides."""

    part = Part(
        key=None,
        what=_("Helplines of our own"),
        why=_("Helplines this installation has checked itself. They say nothing about anybody."),
        kept=_("Until the operator deletes them."),
    )

    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[known_country],
        help_text=_("Two capital letters, as in DE."),
    )
    hidden_id = models.CharField(
        _("hide this shipped line"),
        max_length=40,
        blank=True,
        help_text=_("The id of a line in the shipped file. Leave it empty to add a line."),
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = models.CharField(
        _("number as people read it"),
        max_length=60,
        blank=True,
        help_text=_("Shown exactly as written here."),
    )
    tel = models.CharField(
        _("number to dial"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9+*#]+$", _("Digits, and + * # where they belong."))],
    )
    hours = models.CharField(
        _("hours in words"),
        max_length=120,
        blank=True,
        help_text=_("Leave it empty when you are not sure. Unknown hours are not shown."),
    )
    source = models.CharField(
        _("source"),
        max_length=300,
        help_text=_("Where you checked it: a page of the operator, or a call."),
    )
    checked_on = models.DateField(
        _("checked on"), help_text=_("After twelve months a line is no longer shown.")
    )

    objects = OwnLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("helpline of our own")
        verbose_name_plural = _("helplines of our own")
        constraints = [
            models.CheckConstraint(
                name="own_line_adds_or_hides",
                condition=Q(hidden_id="", name__gt="", phone__gt="", tel__gt="")
                | Q(hidden_id__gt="", name="", phone="", tel="", hours=""),
                violation_error_message=_(
                    "Give a name, the number as shown and the number to dial. "
                    "Or give only the id of a line to hide."
                ),
            ),
            models.CheckConstraint(
                name="own_line_has_source",
                condition=Q(source__gt=""),
                violation_error_message=_("Say where you checked it."),
            ),
        ]

    def __str__(self) -> str:
        return f"helpline {self.country} {self.hidden_id or self.name}"
