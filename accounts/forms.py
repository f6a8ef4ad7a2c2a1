"""Forms for coming in and for the person's own settings."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.names import clean_name, plain_text
from accounts.tokens import Token
from library import names, zones
from library.long_list import LongList
from outbox import addresses, headers

_NAME_ATTRS = {"autocomplete": "given-name", "dir": "auto"}
_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class PlainForm(forms.Form):
    """No colon after labels; the renderer does the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class SureForm(PlainForm):
    """A tick before a button behind a link: programs that look at mail press buttons too."""

    yes: Any = ""
    sure = forms.BooleanField(
        error_messages={
            "required": _("Please tick this first. Some mail programs press buttons by themselves.")
        }
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].label = self.yes


class LineField(forms.CharField):
    """One line; what cannot be seen comes off, and nobody is told off for having pasted it."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(headers.clean(value or "")))


class TextField(forms.CharField):
    """Words with their line ends, as they were written."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(plain_text(value or "")))


class AddressForm(PlainForm):
    email = forms.CharField(
        label=_("Your mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        error_messages={"required": _("Please write your mail address.")},
    )
    # Filled by a small script where there is one; only ever a proposal to confirm.
    browser_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-zone": ""})
    )

    def clean_email(self) -> str:
        return addresses.clean(self.cleaned_data["email"]).lower()


class NewAddressForm(AddressForm):
    """Where mail and codes shall go instead."""

    browser_zone = None  # type: ignore[assignment]

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["email"].label = _("Your new mail address")

    def clean_email(self) -> str:
        address = super().clean_email()
        if address == self.person.email:
            raise ValidationError(_("That is the address you have now."))
        self.person.check_address(address)
        return address


class CodeForm(PlainForm):
    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}
        ),
        error_messages={"required": _("Please type the code from the mail.")},
    )


class PasswordForm(PlainForm):
    email = AddressForm.base_fields["email"]
    password = forms.CharField(
        label=_("Your password"),
        widget=_PASSWORD,
        strip=False,
        error_messages={"required": _("Please write your password.")},
    )


class PlaceForm(PlainForm):
    """Where somebody is and which language they read."""

    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        widget=LongList,
        help_text=_("For the right emergency number and helplines."),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        widget=LongList,
        error_messages={"required": _("Please choose a time zone.")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("country", [("", _("I would rather not say")), *names.countries()])
        self._choose("zone", [("", _("Please choose")), *zones.all_zones()])

    def _choose(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


class NameForm(PlainForm):
    name = LineField(
        label=_("What shall we call you?"),
        help_text=_("Your circle sees this name. Any name is fine."),
        max_length=400,  # joiners and unseen characters come off first; clean_name counts
        widget=forms.TextInput(attrs=_NAME_ATTRS),
        error_messages={"required": _("Please write a name. Any name is fine.")},
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class AwayForm(PlainForm):
    """What a year without the person does to the account."""

    then = forms.ChoiceField(
        label=_("After a year we ask you once by mail. If you do not come back within a month"),
        choices=[
            (
                "sleep",
                _("let it sleep: nothing is deleted, and signing in wakes it"),
            ),
            ("erase", _("erase it, with everything in it")),
        ],
        widget=forms.RadioSelect,
    )


class ProgramForm(PlainForm):
    """A program of the person's own, and how far it may go."""

    name = LineField(
        label=_("What do you call the program?"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Please give it a name.")},
    )
    scope = forms.ChoiceField(
        label=_("It may"),
        choices=Token.Scope.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )


class WelcomeForm(NameForm, PlaceForm):
    UNDER = "under"

    adult = forms.ChoiceField(
        label=_("How old are you?"),
        choices=[("adult", _("I am 18 or older")), (UNDER, _("I am under 18"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say whether you are 18 or older.")},
    )
    consent = forms.BooleanField(
        label=_("Yes, keep what I say about how I am, and pass on what I choose."),
        error_messages={
            "required": _("Please tick the box, or leave. Without your yes we keep nothing.")
        },
    )

    field_order = ["name", "adult", "consent", "country", "zone", "language"]

    @property
    def is_under_age(self) -> bool:
        """Whether "under 18" was chosen, whatever else is missing."""
        return self.is_bound and self.data.get("adult") == self.UNDER

    @property
    def place_needs_a_look(self) -> bool:
        """Whether the folded part holds something to choose or to mend."""
        return any(self[name].errors or not self[name].value() for name in ("zone", "language"))


class YouForm(NameForm, PlaceForm):
    """Name, country and language; the zone has a page of its own, for it moves more than itself."""

    zone = None  # type: ignore[assignment]
    field_order = ["name", "language", "country"]


class ZoneForm(PlaceForm):
    country = None  # type: ignore[assignment]
    language = None  # type: ignore[assignment]


class MailForm(PlainForm):
    own_subject = LineField(
        label=_("Your own subject line"),
        required=False,
        max_length=80,
        help_text=_("Mails to you carry these words. Leave it empty and we choose."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    plain_mail = forms.BooleanField(
        label=_("Very plain mails"),
        required=False,
        help_text=_("The subject is then “You have a message”, with as few words as possible."),
    )
    reply_mail = forms.ChoiceField(
        label=_("When somebody answers you"),
        choices=[
            (Person.ReplyMail.NONE, _("No mail. I look at Today.")),
            (Person.ReplyMail.NOTICE, _("A mail that somebody wrote")),
            (Person.ReplyMail.WORDS, _("A mail with their words in it")),
        ],
        widget=forms.RadioSelect,
    )

    def clean_own_subject(self) -> str:
        typed = self.cleaned_data["own_subject"]
        return clean_name(typed) if typed.strip() else ""
