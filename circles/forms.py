"""What the person types about their circle."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField, PlainForm, TextField
from accounts.names import clean_name
from circles.models import Circle, Member
from circles.models.circle import MOST_GESTURES
from outbox import addresses, headers

READY = [
    _(
        "I'm having a rough patch and would like you to know now and then how I am. "
        "You don't have to fix anything."
    ),
    _(
        "I would feel less alone if you heard from me now and then. "
        "A short hello back is plenty, and no answer is fine too."
    ),
    _(
        "You are someone I trust. May I let you know how I am from time to time? "
        "You can stop whenever you like, and we stay as we are."
    ),
]
_WORDS_AT_MOST = 1500
_LABEL_AT_MOST = 60
_choose = {"required": _("Please choose one of these. You can change it later.")}
_one_line = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})


def _box(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


def _too_long() -> dict[str, Any]:
    return {
        "max_length": _(
            "This is longer than fits: at most %(limit_value)d letters. It is all still here."
        )
    }


def _is_in_mail(value: str) -> bool:
    return value == "mail"


class AddressField(LineField):
    """A mail address, as people paste it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 320)
        kwargs.setdefault("error_messages", {"required": _("Please write their mail address.")})
        attrs = {"autocomplete": "off", "dir": "ltr", "inputmode": "email", "spellcheck": "false"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return addresses.clean(typed) if typed else ""


class AboutForm(PlainForm):
    """What the person calls somebody, and what that somebody hears."""

    name = LineField(
        label=_("What do you call them?"),
        help_text=_("They read this name in their mails."),
        max_length=400,
        widget=_one_line,
        error_messages={"required": _("Please write a name. Any name is fine.")},
    )
    label = LineField(
        label=_("What are they to you?"),
        help_text=_(
            "In your own words, as in “my sister”. Only you see it. You can leave it empty."
        ),
        required=False,
        max_length=_LABEL_AT_MOST,
        widget=_one_line,
        error_messages=_too_long(),
    )
    kind = forms.ChoiceField(
        label=_("They are"),
        choices=Member.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose who they are to you.")},
    )
    level = forms.ChoiceField(
        label=_("When I answer, this person hears"),
        choices=[
            (Member.Level.HELLO, _("that I said hello")),
            (Member.Level.WORD, _("my word")),
            (Member.Level.WORDS, _("my word and what I write")),
            (Member.Level.ASK, _("I decide each time (nothing goes until I do)")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what this person hears.")},
    )
    in_mail = forms.TypedChoiceField(
        label=_("They read it"),
        choices=[
            ("link", _("behind a link (more private)")),
            ("mail", _("in the mail itself")),
        ],
        coerce=_is_in_mail,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how they read it.")},
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class InviteForm(AboutForm):
    """Who would you like beside you?"""

    address = AddressField(
        label=_("Their mail address"),
        help_text=_("Leave it empty if you want to send the invitation yourself."),
        required=False,
    )
    words = TextField(
        label=_("Your own words to them"),
        help_text=_("Start from one of these sentences and make it yours."),
        max_length=_WORDS_AT_MOST,
        widget=_box(4),
        initial=READY[0],
        error_messages={
            "required": _("Please write a sentence to them. It is what they will trust.")
        }
        | _too_long(),
    )
    first_word = TextField(
        label=_("A first word that waits for them"),
        help_text=_("They read it right after saying yes. You can leave it empty."),
        required=False,
        max_length=_WORDS_AT_MOST,
        widget=_box(2),
        error_messages=_too_long(),
    )
    field_order = [
        "name", "address", "label", "kind", "words", "level", "in_mail", "first_word",
    ]  # fmt: skip

    def __init__(self, *args: Any, by_hand: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_hand = by_hand

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.by_hand and "address" in said and not said["address"]:
            self.add_error(
                "address",
                _("Please write their mail address, or send the invitation yourself."),
            )
        return said

    def about(self) -> dict[str, Any]:
        """What the circle's verbs take, apart from the address."""
        return {name: value for name, value in self.cleaned_data.items() if name != "address"}

    def glance(self) -> tuple[str, str]:
        """Name and words as they stand now, finished or not: for the mail beside the form."""
        name = headers.clean(self.data.get("name", ""))[:80]
        words = self.data.get("words", "")[:_WORDS_AT_MOST] if self.is_bound else READY[0]
        return name, str(words)


class MemberForm(AboutForm):
    """What a member hears from now on."""

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        now_is = {name: getattr(member, name) for name in ("name", "label", "kind", "level")}
        now_is["in_mail"] = "mail" if member.in_mail else "link"
        super().__init__(*args, initial=now_is, **kwargs)
        self.fields["level"].label = _("When I answer, %(name)s hears") % {"name": member.name}
        self.fields["in_mail"].label = _("%(name)s reads it") % {"name": member.name}


class CorrectForm(PlainForm):
    """An address that was mistyped, or from which mail came back."""

    address = AddressField(label=_("The right address"))


class OwnAddressForm(PlainForm):
    """The invitee's own address; they see it once more before the letter leaves."""

    address = AddressField(
        label=_("Your mail address"),
        error_messages={"required": _("Please write your mail address.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["autocomplete"] = "email"


class HelpsForm(PlainForm):
    """What the circle should know, and how it can answer."""

    helps_me = TextField(
        label=_("What helps me"),
        help_text=_(
            "Your people read this on their page. For example: a call is fine, "
            "no advice, a silly picture, please do not ring my work."
        ),
        required=False,
        max_length=_WORDS_AT_MOST,
        widget=_box(5),
        error_messages=_too_long(),
    )
    gestures = TextField(
        label=_("Gestures of your own"),
        help_text=_(
            "What your people can send with one touch. One on each line, at most six. "
            "Leave it empty and they choose from ours."
        ),
        required=False,
        max_length=600,
        widget=_box(6),
        error_messages=_too_long(),
    )

    @classmethod
    def of(cls, circle: Circle, data: Any = None) -> "HelpsForm":
        """The form as the circle stands now."""
        gestures = "\n".join(circle.gestures or [])
        return cls(data, initial={"helps_me": circle.helps_me, "gestures": gestures})

    def clean_gestures(self) -> list[str]:
        lines = [headers.clean(line) for line in self.cleaned_data["gestures"].splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > MOST_GESTURES:
            raise ValidationError(_("Six gestures fit. Please take some out."))
        if any(len(line) > _LABEL_AT_MOST for line in lines):
            raise ValidationError(_("One of the lines is long. Each takes at most 60 letters."))
        return lines


class HardDaysForm(PlainForm):
    """What a really hard day means, and for whom."""

    rule = forms.ChoiceField(
        label=_("When I say I'm having a really hard time"),
        choices=[
            (Circle.HardDayRule.NOBODY, _("tell nobody")),
            (Circle.HardDayRule.ASK, _("ask me each time")),
            (Circle.HardDayRule.TELL, _("tell the people I tick below, with the answer itself")),
        ],
        widget=forms.RadioSelect,
        error_messages=_choose,
    )

    def __init__(self, *args: Any, circle: Circle, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, initial={"rule": circle.hard_day_rule}, **kwargs)
        self.members = members
        for member in members:
            self.fields[f"named_{member.public_id}"] = forms.BooleanField(
                label=member.name, required=False, initial=member.named_for_hard_days
            )
            self.fields[f"how_{member.public_id}"] = forms.TypedChoiceField(
                label=_("What %(name)s gets then") % {"name": member.name},
                choices=[
                    ("link", _("“There is a note from you, please read it today”, and a link")),
                    ("mail", _("It is said in the mail itself (faster)")),
                ],
                coerce=_is_in_mail,
                initial="mail" if member.hard_day_in_mail else "link",
                widget=forms.RadioSelect,
                error_messages=_choose,
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """For each member the tick and the form of the mail."""
        return [(self[f"named_{m.public_id}"], self[f"how_{m.public_id}"]) for m in self.members]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        ticked = any(said.get(f"named_{member.public_id}") for member in self.members)
        if said.get("rule") == Circle.HardDayRule.TELL and not ticked:
            self.add_error("rule", _("Please tick somebody below, or choose another line."))
        return said

    def forms(self) -> dict[int, tuple[bool, bool]]:
        """Member id → (named, said in the mail itself)."""
        said = self.cleaned_data
        return {
            m.pk: (said[f"named_{m.public_id}"], said[f"how_{m.public_id}"]) for m in self.members
        }
