"""Ready sentences for moderators: they acknowledge, do not judge, and promise nothing.

They are offered beside the form, to be taken up in one's own words and signed with a human name.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

READY: list[tuple[Promise, Promise]] = [
    (
        _("Somebody is in distress"),
        _(
            "Thank you for telling us. That sounds like a lot to carry. "
            "The lines under “Get help now” are there today, also for you. "
            "You do not have to do this alone."
        ),
    ),
    (
        _("Somebody worries about another"),
        _(
            "Thank you for looking out for them. We cannot see how they are. "
            "If you think they are in danger, call the emergency number where they are. "
            "You can also ask them openly. That does no harm."
        ),
    ),
    (
        _("Pressure or control"),
        _(
            "Thank you for telling us. Nobody has to put up with that. "
            "You can pause or remove somebody at any time, and they are not told. "
            "If you are afraid at home, “Get help now” has lines for that too."
        ),
    ),
    (
        _("Something was said that hurt"),
        _(
            "Thank you for telling us. We can see that it hurt. "
            "We have told them which rule it is about. If it goes on, please tell us again."
        ),
    ),
    (
        _("No rule was broken"),
        _(
            "Thank you for telling us. We read it and found no rule that was broken. "
            "It can feel wrong all the same, and it was right to ask."
        ),
    ),
    (
        _("Somebody has died"),
        _(
            "Thank you for telling us. We are sorry for your loss. "
            "The account rests now. No mail goes out, and we tell nobody."
        ),
    ),
    (
        _("A wrong number"),
        _("Thank you. The number is looked at, and what was wrong is mended."),
    ),
]
