"""Paths of the accounts room. They say nothing about what this site is for."""

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path

from accounts.access import before_welcome
from accounts.showing import asks_once_more
from accounts.views import address, arriving, leaving, own, programs, welcome
from library.access import public

urlpatterns = [
    path("", arriving.home, name="home"),
    path("code/", arriving.code, name="code"),
    path("code/", arriving.code, name="account_confirm_login_code"),
    path("code/again/", arriving.code_again, name="code_again"),
    path("sign-in/", arriving.sign_in, name="account_login"),
    path("sign-in/key/", public(keys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/second/", public(second.authenticate), name="mfa_authenticate"),
    path("a/<uuid:public_id>/", address.way_in, name="way_in"),
    path("not-active/", arriving.not_active, name="account_inactive"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("kept/", welcome.kept_page, name="kept"),
    path("leave/", leaving.leave_now, name="leave_now"),
    path("sign-out/", leaving.sign_out, name="sign_out"),
    path("sign-out/", leaving.sign_out, name="account_logout"),
    path("sign-out/everywhere/", leaving.sign_out_everywhere, name="sign_out_everywhere"),
    path("settings/", own.settings_page, name="settings"),
    path("settings/you/", own.you, name="you"),
    path("settings/show/", address.show, name="show"),
    path("settings/address/", address.address, name="address"),
    path("settings/address/code/", address.address_code, name="address_code"),
    path("settings/address/again/", address.address_code_again, name="address_code_again"),
    path("settings/mail/", own.mail_settings, name="mail_settings"),
    path("settings/mail/again/", own.write_again, name="write_again"),
    path("settings/away/", own.when_away, name="when_away"),
    path("settings/way-out/", own.way_out, name="way_out"),
    path("settings/sign-in/", own.sign_in_settings, name="sign_in_settings"),
    path("settings/programs/", programs.programs, name="programs"),
    path("settings/programs/<uuid:public_id>/end/", programs.program_end, name="program_end"),
]

# The ways in, mostly allauth's own pages under paths of ours. Staff come here before anything else.
# A way that is there allauth guards itself; of whoever has none yet it asks nothing, and a new way
# shown as proof would prove only that somebody sits at this browser.
_WAYS = [
    ("password/", account.password_change, "account_change_password"),
    ("password/new/", asks_once_more(account.password_set), "account_set_password"),
    ("password/away/", own.password_away, "password_away"),
    ("again/", account.reauthenticate, "account_reauthenticate"),
    ("sign-in/", own.sign_in_settings, "mfa_index"),
    ("second/again/", second.reauthenticate, "mfa_reauthenticate"),
    ("app/", asks_once_more(totp.activate_totp), "mfa_activate_totp"),
    ("app/off/", totp.deactivate_totp, "mfa_deactivate_totp"),
    ("spare-codes/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    ("spare-codes/new/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    ("spare-codes/file/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    ("keys/", keys.list_webauthn, "mfa_list_webauthn"),
    ("keys/add/", asks_once_more(keys.add_webauthn), "mfa_add_webauthn"),
    ("keys/again/", keys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    ("keys/<int:pk>/off/", keys.remove_webauthn, "mfa_remove_webauthn"),
    ("keys/<int:pk>/name/", keys.edit_webauthn, "mfa_edit_webauthn"),
]
urlpatterns += [
    path(f"settings/{there}", before_welcome(view), name=name) for there, view, name in _WAYS
]
