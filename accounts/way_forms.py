"""The forms for passwords, keys and apps, in our words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, ReauthenticateForm, SetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.forms import Form
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
_ALONE = _("Without the code from the mail. Your device asks for your finger, face or number.")


def _in_our_words(form: type[Form]) -> type[Form]:
    """Labels of ours, no words inside the boxes, and fields that a password manager can fill."""

    class InOurWords(form):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for name, field in self.fields.items():
                field.label = _WORDS.get(name, field.label)
                field.widget.attrs.pop("placeholder", None)
            if "code" in self.fields:
                self.fields["code"].widget.attrs.update(inputmode="numeric", dir="ltr")
            if isinstance(self, BaseAuthenticateForm) and "totp" not in self.user.second_factors():
                self.fields["code"].label = _("A spare code")
            if "passwordless" in self.fields:
                self.fields["passwordless"].help_text = _ALONE

    return InOurWords


ChangeForm = _in_our_words(ChangePasswordForm)
SetForm = _in_our_words(SetPasswordForm)
ByPasswordForm = _in_our_words(ReauthenticateForm)
AppCodeForm = _in_our_words(AuthenticateForm)
AppCodeAgainForm = _in_our_words(SecondReauthenticateForm)
AddAppForm = _in_our_words(ActivateTOTPForm)
AddKeyForm = _in_our_words(AddWebAuthnForm)
RenameKeyForm = _in_our_words(EditWebAuthnForm)
