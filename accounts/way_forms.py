"""The forms for passwords, keys and apps, in our words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm, SetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _

_WORDS = {
    "oldpassword": _("Your password so far"),
    "password": _("Your password"),
    "password1": _("The new password"),
    "password2": _("The new password once more"),
    "code": _("The code from your app"),
    "name": _("What you call it"),
    "passwordless": _("This key alone lets me in"),
}


def _reworded(fields: dict[str, Any]) -> None:
    """Labels of ours, no words inside the boxes, and fields that a password manager can fill."""
    for name, field in fields.items():
        field.label = _WORDS.get(name, field.label)
        field.widget.attrs.pop("placeholder", None)
    if "code" in fields:
        fields["code"].widget.attrs.update(inputmode="numeric", dir="ltr")
    if "passwordless" in fields:
        fields["passwordless"].help_text = _(
            "Without the code from the mail. Your device asks for your finger, face or number."
        )


class ChangeForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class SetForm(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class ByPasswordForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class AppCodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class AppCodeAgainForm(SecondReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class AddAppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class AddKeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)


class RenameKeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reworded(self.fields)
