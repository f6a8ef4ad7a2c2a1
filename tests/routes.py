"""Every address of the site and who gets what there, written by hand. A route not here is red.

The five readers, in the order of the columns: a stranger; the person whose things are asked for;
another person; staff without a second factor; staff who showed one in this session.
"""

from dataclasses import dataclass

READERS = ("stranger", "owner", "other", "staff", "office")


@dataclass(frozen=True)
class Route:
    """What each reader gets; ``args`` name things of the owner, ``sends`` what is posted."""

    expected: tuple[int, int, int, int, int]
    args: tuple[str, ...] = ()
    method: str = "get"


OPEN = (200, 200, 200, 200, 200)
# Everybody signed in has a page of their own here; strangers are led to the first page.
EACH_OWN = (302, 200, 200, 200, 200)
EACH_OWN_SENDS = (302, 302, 302, 302, 302)
# A thing of the owner: to all others it does not exist.
OWNERS = (302, 200, 404, 404, 404)
OWNERS_SENDS = (302, 302, 404, 404, 404)
# Behind a link from a mail: without it the page is dead, whoever asks.
BY_LINK = (410, 410, 410, 410, 410)
OFFICE = (302, 302, 302, 302, 200)


def post(expected: tuple[int, int, int, int, int], *args: str) -> Route:
    return Route(expected, args, "post")


def get(expected: tuple[int, int, int, int, int], *args: str) -> Route:
    return Route(expected, args)


ROUTES = {
    # coming in, and going
    "home": get((200, 302, 302, 302, 302)),
    "code": get((302, 302, 302, 302, 302)),
    "account_confirm_login_code": get((302, 302, 302, 302, 302)),
    "code_again": post((302, 302, 302, 302, 302)),
    "account_login": get((200, 302, 302, 302, 302)),
    "mfa_login_webauthn": get((302, 302, 302, 302, 302)),
    "mfa_authenticate": get((302, 302, 302, 302, 302)),
    "account_inactive": get(OPEN),
    "welcome": get((302, 302, 302, 302, 302)),
    "kept": get((302, 302, 302, 302, 302)),
    "leave_now": get((302, 302, 302, 302, 302)),
    "sign_out": get(OPEN),
    "account_logout": get(OPEN),
    "sign_out_everywhere": post(EACH_OWN_SENDS),
    "way_in": get(BY_LINK, "person"),
    # settings
    "settings": get(EACH_OWN),
    "you": get(EACH_OWN),
    # they came in just now and go on at once; who did not is asked: tests/accounts/test_showing.py
    "show": get(EACH_OWN_SENDS),
    "address": get(EACH_OWN),
    "address_code": get(EACH_OWN_SENDS),
    "address_code_again": post(EACH_OWN_SENDS),
    "old_letters": get(EACH_OWN),
    "when_away": get(EACH_OWN),
    "zone": get(EACH_OWN),
    "mail_settings": get(EACH_OWN),
    "write_again": post(EACH_OWN_SENDS),
    "consent": get(EACH_OWN),
    "way_out": post(EACH_OWN_SENDS),
    "sign_in_settings": get(EACH_OWN),
    "mfa_index": get(EACH_OWN),
    "password_away": post(EACH_OWN_SENDS),
    "account_set_password": get(EACH_OWN),
    "programs": get(EACH_OWN),
    "program_end": post(OWNERS_SENDS, "token_row"),
    "account_change_password": get((302, 302, 302, 302, 302)),
    "account_reauthenticate": get((302, 403, 403, 403, 302)),
    "mfa_reauthenticate": get((302, 403, 403, 403, 200)),
    "mfa_reauthenticate_webauthn": get((302, 403, 403, 403, 302)),
    "mfa_activate_totp": get((302, 200, 200, 200, 302)),
    "mfa_deactivate_totp": get((302, 404, 404, 404, 200)),
    "mfa_view_recovery_codes": get((302, 404, 404, 404, 404)),
    "mfa_generate_recovery_codes": get(EACH_OWN),
    "mfa_download_recovery_codes": get((302, 404, 404, 404, 404)),
    "mfa_list_webauthn": get(EACH_OWN),
    "mfa_add_webauthn": get(EACH_OWN),
    "mfa_remove_webauthn": get((302, 404, 404, 404, 404), "number"),
    "mfa_edit_webauthn": get((302, 404, 404, 404, 404), "number"),
    "my_data_export": get(EACH_OWN),
    "my_data_erase": get(EACH_OWN),
    # the first evening
    "begin_answer": get(EACH_OWN),
    "begin_beside": get(EACH_OWN),
    "begin_beside_link": get(OWNERS, "asked_by_hand"),
    "begin_rhythm": get(EACH_OWN),
    # every day
    "today": get(EACH_OWN),
    "today_replies": get(EACH_OWN),
    "today_mail": post(OWNERS, "member"),
    "said": get(OWNERS, "check_in"),
    "change_answer": get(OWNERS, "check_in"),
    "take_back": post(OWNERS_SENDS, "check_in"),
    "tell_now": post(OWNERS_SENDS, "check_in"),
    "forget_answer": post(OWNERS_SENDS, "check_in"),
    "near": get(OWNERS, "check_in"),
    "reply": post(OWNERS_SENDS, "reply"),
    "look_back": get(EACH_OWN),
    "rhythm": get(EACH_OWN),
    "rhythm_pause": post(EACH_OWN_SENDS),
    "rhythm_resume": post(EACH_OWN_SENDS),
    "rhythm_stop": post(EACH_OWN_SENDS),
    "feed": get(EACH_OWN),
    "feed_make": post(EACH_OWN_SENDS),
    "feed_end": post(EACH_OWN_SENDS),
    # the circle
    "circle": get(EACH_OWN),
    "who_sees_what": get(EACH_OWN),
    "invite": get(EACH_OWN),
    "invite_preview": post((302, 200, 200, 200, 200)),
    "invite_link": get(OWNERS, "asked_by_hand"),
    "what_helps": get(EACH_OWN),
    "hard_days": get(EACH_OWN),
    "member": get(OWNERS, "member"),
    "member_correct": post(OWNERS_SENDS, "member"),
    "member_pause": post(OWNERS_SENDS, "member"),
    "member_resume": post(OWNERS_SENDS, "member"),
    "member_remove": post(OWNERS_SENDS, "member"),
    # behind the links of mails
    "outbox_link": get(BY_LINK, "token"),
    "outbox_stop": get(OPEN, "token"),
    # closed unless a mail provider is set up
    "outbox_webhook": post((404, 404, 404, 404, 404), "slug", "slug"),
    "check_in_link": get(BY_LINK, "check_in"),
    "link_said": get(BY_LINK, "check_in"),
    "link_send_now": post(BY_LINK, "check_in"),
    "link_take_back": post(BY_LINK, "check_in"),
    "link_near": get(BY_LINK, "check_in"),
    "mail_rhythm": get(BY_LINK, "mailbox"),
    "moments": get(BY_LINK, "token"),
    "share": get(BY_LINK, "share"),
    "share_undo": post(BY_LINK, "share", "reply"),
    "hello_undo": post(BY_LINK, "member", "reply"),
    "share_begin": post(BY_LINK, "share"),
    "member_hello": get(BY_LINK, "member"),
    "invitation": get(BY_LINK, "invitation"),
    "invitation_undo": post(BY_LINK, "invitation"),
    "invitation_by_hand": get(BY_LINK, "invitation"),
    "member_page": get(BY_LINK, "member"),
    "member_leave": get(BY_LINK, "member"),
    "member_return": post(BY_LINK, "member"),
    "member_stop": get(BY_LINK, "mailbox"),
    "report_share": get(BY_LINK, "share"),
    "report_invitation": get(BY_LINK, "invitation"),
    "report_member": get(BY_LINK, "member"),
    "report_by_hand": get(BY_LINK, "invitation"),
    "decision": get(BY_LINK, "decision"),
    # moderation
    "report_letter": get(OWNERS, "reply"),
    "report_contact": get(OWNERS, "member"),
    "report_line": get(OPEN, "country", "line"),
    "own_decision": get(OWNERS, "decision"),
    "who_looked": get(EACH_OWN),
    "stopped": get((302, 302, 302, 302, 302)),
    "moderation": get(OPEN),
    # open to all
    "help_now": get((200, 302, 302, 302, 302)),
    "help_country": get(OPEN, "country"),
    "help_young": get(OPEN),
    "help_young_country": get(OPEN, "country"),
    "what_this_is": get(OPEN),
    "how_to_be_there": get(OPEN),
    "privacy": get(OPEN),
    "live": get(OPEN),
    # not there unless the operator sets a token
    "metrics": get((404, 404, 404, 404, 404)),
    "ready": get(OPEN),
    "robots": get(OPEN),
    "favicon": get((302, 302, 302, 302, 302)),
    "security": get(OPEN),
    # for other programs
    "api_schema": get(OPEN),
    "api_docs": get(OPEN),
    "api_me": get((401, 200, 200, 200, 200)),
    "api_answers": get((401, 200, 200, 200, 200)),
    "api_answer": get((401, 200, 404, 404, 404), "check_in"),
    "api_take_back": post((401, 200, 404, 404, 404), "check_in"),
    "api_tell_now": post((401, 200, 404, 404, 404), "check_in"),
    "api_near": get((401, 200, 404, 404, 404), "check_in"),
    # nobody here has a rhythm
    "api_schedule": get((401, 404, 404, 404, 404)),
    "api_pause": post((401, 404, 404, 404, 404)),
    "api_resume": post((401, 404, 404, 404, 404)),
    "api_check_ins": get((401, 200, 200, 200, 200)),
    "api_shares": get((401, 200, 200, 200, 200)),
    "api_replies": get((401, 200, 200, 200, 200)),
    "api_kept": get((401, 200, 200, 200, 200)),
    # nothing was said
    "api_reply": post((401, 400, 404, 404, 404), "reply"),
    "api_members": get((401, 200, 200, 200, 200)),
    "api_member": get((401, 200, 404, 404, 404), "member"),
    "api_member_mail": post((401, 200, 200, 200, 200)),
    "api_member_pause": post((401, 200, 404, 404, 404), "member"),
    "api_member_resume": post((401, 200, 404, 404, 404), "member"),
    # they said yes, and no mail comes back
    "api_member_correct": post((401, 400, 404, 404, 404), "member"),
    "api_what_helps": get((401, 200, 200, 200, 200)),
    "api_hard_days": get((401, 200, 200, 200, 200)),
    "api_old_letters": get((401, 200, 200, 200, 200)),
    "api_nowhere": get((401, 404, 404, 404, 404)),
    # only where everything runs on one machine
    "mailbox:mailbox": get(OPEN),
    "mailbox:letters": get(OPEN),
    "mailbox:letter": get((404, 404, 404, 404, 404), "slug"),
    "mailbox:letter_page": get((404, 404, 404, 404, 404), "slug"),
}
