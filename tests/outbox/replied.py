"""How mail programs write an answer: in five languages and more, with the old mail around it.

``WORDS`` are what was written just now; nothing else may be left.
"""

WORDS = {
    "en": "I am with you.\n\nCall me whenever you like.",
    "de": "Ich bin bei dir.\n\nRuf an, wann du magst.",
    "fr": "Je suis là.\n\nAppelle quand tu veux.",
    "es": "Estoy contigo.\n\nLlámame cuando quieras.",
    "it": "Sono con te.\n\nChiamami quando vuoi.",
    "ar": "أنا معك.\n\nاتصلي متى شئتِ.",
}
_OLD = "Hi Ben.\n\nAda says: heavy canary.\n\nOpen the page:\nhttps://site.example/l/sAAAA"
_US = "hello@supportnet.localhost"
QUOTED = "\n".join(f"> {line}".rstrip() for line in _OLD.splitlines())

# Above a quotation with marks: Gmail, Apple Mail, Thunderbird, Proton.
ATTRIBUTIONS = {
    "gmail en": f"On Thu, 26 Nov 2026 at 09:00, Ada <{_US}> wrote:",
    "gmail en wrapped": f"On Thu, Nov 26, 2026 at 9:00 AM Ada <\n{_US}> wrote:",
    "gmail en wrapped twice": f"On Thu, Nov 26, 2026 at 9:00 AM A Long Name\n<{_US}>\nwrote:",
    "gmail de": f"Am Do., 26. Nov. 2026 um 09:00 Uhr schrieb Ada <{_US}>:",
    "gmail fr": f"Le jeu. 26 nov. 2026 à 09:00, Ada <{_US}> a écrit :",
    "gmail es": f"El jue, 26 nov 2026 a las 9:00, Ada (<{_US}>) escribió:",
    "gmail it": f"Il giorno gio 26 nov 2026 alle ore 09:00 Ada <{_US}> ha scritto:",
    "gmail ar": (
        "\u202bفي الخميس، 26 نوفمبر 2026 في 9:00 ص تمت كتابة ما يلي بواسطة "
        f"\u202aAda\u202c\u200f <\u202a{_US}\u202c\u200f>:\u202c"
    ),
    "apple en": f"On 26. Nov 2026, at 09:00, Ada <{_US}> wrote:",
    "apple de": f"Am 26.11.2026 um 09:00 schrieb Ada <{_US}>:",
    "apple fr": f"Le 26 nov. 2026 à 09:00, Ada <{_US}> a écrit\xa0:",
    "apple it": f"Il giorno 26 nov 2026, alle ore 09:00, Ada <{_US}> ha scritto:",
    "thunderbird en": "On 11/26/26 09:00, Ada wrote:",
    "thunderbird de": "Am 26.11.26 um 09:00 schrieb Ada:",
    "thunderbird fr": "Le 26/11/2026 à 09:00, Ada a écrit :",
    "thunderbird es": "El 26/11/26 a las 9:00, Ada escribió:",
    "thunderbird it": "Il 26/11/2026 09:00, Ada ha scritto:",
    "proton": f"On Thursday, 26 November 2026 at 09:00, Ada <{_US}> wrote:",
}


def _head(labels: str, moment: str, *, above: str = "_" * 32, mark: str = "") -> str:
    first, sent, to, subject = labels.split("|")
    lines = [
        (first, f"Ada <{_US}>"),
        (sent, moment),
        (to, "Ben <ben@example.org>"),
        (subject, "Hi"),
    ]
    block = [f"{mark}{label}{mark} {value}" for label, value in lines]
    return "\n".join([above, *block] if above else block)


def _yahoo(before: str, after: str) -> str:
    return f"{before}, Ada <{_US}> {after}"


# Above the old mail without marks: Outlook, Yahoo, GMX, phones.
HEADS = {
    "outlook en": _head("From:|Sent:|To:|Subject:", "Thursday, November 26, 2026 9:00 AM"),
    "outlook de": _head("Von:|Gesendet:|An:|Betreff:", "Donnerstag, 26. November 2026 09:00"),
    "outlook fr": _head("De :|Envoyé :|À :|Objet :", "jeudi 26 novembre 2026 09:00"),
    "outlook es": _head("De:|Enviado:|Para:|Asunto:", "jueves, 26 de noviembre de 2026 9:00"),
    "outlook it": _head("Da:|Inviato:|A:|Oggetto:", "giovedì 26 novembre 2026 09:00"),
    "outlook ar": _head("من:|تم الإرسال:|إلى:|الموضوع:", "الخميس، 26 نوفمبر 2026 09:00"),
    "outlook bold": _head("From:|Sent:|To:|Subject:", "Thursday, 9:00 AM", above="", mark="*"),
    "desktop de": _head(
        "Von:|Gesendet:|An:|Betreff:", "09:00", above="-----Ursprüngliche Nachricht-----"
    ),
    "original en": _head(
        "From:|Sent:|To:|Subject:", "9:00 AM", above="-----Original Message-----\n"
    ),
    "gmx de": f'Gesendet: Donnerstag\nVon: "Ada" <{_US}>\nAn: ben@example.org\nBetreff: Hi',
    "yahoo en": _yahoo("On Thursday, November 26, 2026 at 09:00:00 AM GMT+1", "wrote:"),
    "yahoo de": _yahoo("Am Donnerstag, 26. November 2026, 09:00 hat", "Folgendes geschrieben:"),
    "yahoo fr": _yahoo("Le jeudi 26 novembre 2026 à 09:00:00 UTC+1", "a écrit :"),
    "yahoo es": _yahoo("El jueves, 26 de noviembre de 2026, 09:00:00 CET", "escribió:"),
    "yahoo it": _yahoo("Il giovedì 26 novembre 2026 alle ore 09:00:00 CET", "ha scritto:"),
}
FEET = {
    "iphone en": "Sent from my iPhone",
    "iphone de": "Von meinem iPhone gesendet",
    "iphone fr": "Envoyé de mon iPhone",
    "iphone es": "Enviado desde mi iPhone",
    "iphone it": "Inviato da iPhone",
    "outlook en": "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "outlook de": "Outlook für iOS beziehen",
    "outlook es": "Obtener Outlook para iOS",
    "yahoo": "Sent from Yahoo Mail on Android",
    "signature": "-- \nBen Weber\nSome Company Ltd",
}


def above_marks(name: str) -> str:
    """The answer on top, the old mail below with marks."""
    return f"{WORDS[_language(name)]}\n\n{ATTRIBUTIONS[name]}\n\n{QUOTED}\n"


def above_head(name: str) -> str:
    """The answer on top, the old mail below without marks."""
    return f"{WORDS[_language(name)]}\n\n{HEADS[name]}\n\n{_OLD}\n"


def words_of(name: str) -> str:
    """What must be left."""
    return WORDS[_language(name)]


def _language(name: str) -> str:
    return next((part for part in name.split() if part in WORDS), "en")


GMAIL_PAGE = (
    '<div dir="ltr">I am with you.<div><br></div><div>Call me whenever you like.</div></div><br>'
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Thu, Nov 26, 2026 at 9:00 Ada '
    f'&lt;<a href="mailto:{_US}">{_US}</a>&gt; wrote:<br></div><blockquote class="gmail_quote" '
    'style="margin:0"><div>Hi Ben.</div><p>Ada says: heavy canary.</p></blockquote></div>'
)
OUTLOOK_PAGE = (
    "<html><head><style>p {margin: 0}</style></head><body><!--[if mso]><p>mso</p><![endif]-->"
    "<p class=MsoNormal>I am with you.</p><p>Call me whenever you like.</p>"
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ada<br><b>Sent:</b> Thu'
    "</div><div>Hi Ben. Ada says: heavy canary.</div></body></html>"
)
YAHOO_PAGE = (
    "<div><div>I am with you.</div><div><br></div><div>Call me whenever you like.</div></div>"
    '<div id="ydp1yahoo_quoted_1" class="yahoo_quoted"><div>On Thursday, Ada wrote:</div>'
    "<div><div>Hi Ben. Ada says: heavy canary.</div></div></div>"
)
APPLE_PAGE = (
    "<html><body><div>I am with you.</div><div><br></div>Call me whenever you like.<br><div><br>"
    '<blockquote type="cite"><div>On 26. Nov 2026, at 09:00, Ada &lt;x@y.example&gt; wrote:</div>'
    "<div>Hi Ben. Ada says: heavy canary.</div></blockquote></div></body></html>"
)
PAGES = {"gmail": GMAIL_PAGE, "outlook": OUTLOOK_PAGE, "yahoo": YAHOO_PAGE, "apple": APPLE_PAGE}
