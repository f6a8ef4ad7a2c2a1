"""Who they are and what they said. Everybody here is made up; their addresses lead nowhere."""

import datetime as dt
from dataclasses import dataclass

ADDRESS = "demo@supportnet.localhost"
NAME = "Noor"
ZONE = "Europe/Berlin"
COUNTRY = "DE"
MONTHS = 18

HELPS_ME = (
    "A call is fine, best in the evening. No advice unless I ask.\n"
    "A photo of the dog helps on any day. Please do not ring me at work."
)


@dataclass(frozen=True)
class Someone:
    """One of the five, and when in the story they came."""

    key: str
    name: str
    address: str
    label: str
    kind: str
    level: str
    in_mail: bool
    words: str
    came_after: dt.timedelta
    first_word: str = ""
    answers_when: str = ""


MINA = Someone(
    key="mina",
    name="Mina",
    address="mina@family.example",
    label="my sister",
    kind="family",
    level="words",
    in_mail=True,
    words="You asked how to help. Hearing from me now and then is how. You don't have to fix it.",
    came_after=dt.timedelta(days=1),
    first_word="You said call at any hour. This is gentler for both of us. Thank you.",
    answers_when="evenings, and most Sundays",
)
JONAS = Someone(
    key="jonas",
    name="Jonas",
    address="jonas@friends.example",
    label="from the choir",
    kind="friend",
    level="word",
    in_mail=False,
    words="I'm having a rough patch and would like you to know now and then how I am.",
    came_after=dt.timedelta(days=9),
)
ADEYEMI = Someone(
    key="adeyemi",
    name="Dr. Adeyemi",
    address="praxis.adeyemi@clinic.example",
    label="Thursdays at ten",
    kind="professional",
    level="words",
    in_mail=False,
    words="So that you know how the weeks between our sessions were.",
    came_after=dt.timedelta(days=40),
)
SAM = Someone(
    key="sam",
    name="Sam",
    address="sam@peers.example",
    label="we met on the ward",
    kind="peer",
    level="hello",
    in_mail=False,
    words="You know how this is. A hello now and then, both ways, would be good.",
    came_after=dt.timedelta(days=120),
)
RUTH = Someone(
    key="ruth",
    name="Ruth",
    address="ruth@parish.example",
    label="Sunday soup",
    kind="community",
    level="ask",
    in_mail=False,
    words="I would feel less alone if you heard from me now and then.",
    came_after=dt.timedelta(days=533),
)
FIVE = (MINA, JONAS, ADEYEMI, SAM, RUTH)

# What was said, one after the other and round again; seventeen and eleven never fall in step.
WORDS = (
    *("okay", "up_and_down", "good", "heavy", "okay", "no_words", "good", "okay", "up_and_down"),
    *("heavy", "okay", "good", "really_hard", "heavy", "up_and_down", "okay", "good"),
)
NOTES = (
    "",
    "Slept six hours in one piece.",
    "",
    "Went round the block twice. The chestnuts are down.",
    "",
    "",
    "Work was loud. I left at three and nobody minded.",
    "",
    "Sat by the canal until it got cold.",
    "",
    "Did the dishes from Tuesday. All of them.",
)
WENT_WELL = ("", "", "I called the dentist.", "", "", "Soup.", "", "The choir sang the slow one.")
WOULD_HELP = ((), (), ("listening",), (), ("encouragement",), (), ("just_listen",))

# (who, gesture, words)
REPLIES = (
    ("mina", "with_you", ""),
    ("jonas", "thinking", ""),
    ("mina", "", "Soup is on the stove. Come by, or I bring a jar tomorrow."),
    ("jonas", "proud", "The slow one was you. I heard it from the second row."),
    ("mina", "call", ""),
    ("sam", "with_you", "Same weather here. Still standing."),
    ("adeyemi", "", "Thank you for writing it down. Let us begin with that on Thursday."),
    ("jonas", "come_by", "I have an hour on Saturday and a cake nobody ordered."),
    ("mina", "thinking", "The dog says hello. She ate a glove."),
    ("sam", "", "Two years ago I could not have read this far. You can, so you are further."),
)
HELLOS = (
    ("jonas", "thinking", "No reason. The bus went past your street."),
    ("mina", "", "I found the photo from the lake. You are the one laughing."),
    ("sam", "with_you", ""),
)

# The last two days, which stand on Today.
LAST_EVENING = (
    "up_and_down",
    "A long day. I cooked though.",
    "I answered a letter.",
    ("listening",),
)
LETTERS = (
    ("adeyemi", "with_you", ""),
    ("jonas", "proud", "You cooked. On a Tuesday sort of day. Proud of you."),
    ("mina", "call", "I am home from seven. No need to talk about it."),
)
AWAY = "Sam has a lot on just now"
