"""Whole mails as mail programs write them when somebody presses Reply.

Written by hand after the habits of each program, with made-up people. ``{to}`` is the address our
mail named; every one of them says ``SAID`` of its language, and nothing else may reach the person.
"""

# ruff: noqa: E501

import base64
import quopri

SAID = {
    "en": "I'm with you.\n\nCall me – any time.",
    "de": "Ich bin für dich da.\n\nRuf an, wann du möchtest.",
    "fr": "Je suis là, tout près.\n\nAppelle quand tu veux.",
    "es": "Aquí estoy, ¿vale?\n\nLlámame cuando quieras, con todo mi cariño",
    "it": "Sono qui, perché ti voglio bene.\n\nChiamami quando vuoi.",
    "ar": "أنا هنا معك.\n\nاتصل بي متى شئت.",
}
_US = "hello@supportnet.localhost"
_OLD = (
    "Hi Ben.",
    "Ada says: heavy canary.",
    "Open the page:",
    "https://site.example/l/sAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "Your words go to the people you choose.",
)
_MARKED = "\n".join(f"> {line}" for line in _OLD)
_BARE = "\n".join(_OLD)
_OLD_PAGE = "".join(f"<p>{line}</p>" for line in _OLD)
_LOGO = base64.b64encode(b"\x89PNG" + b"logo" * 60).decode()
_HEAD = (
    "From: {author}\nTo: <{{to}}>\nSubject: Re: A note from Ada\nMessage-ID: <{name}@mail.example>\n"
    "Date: Thu, 26 Nov 2026 10:00:00 +0100\nMIME-Version: 1.0\n"
)


def _mail(name: str, body: str | bytes, *, author: str = "Ben <ben@example.org>") -> bytes:
    head = _HEAD.format(author=author, name=name.replace(" ", "-"))
    return head.encode() + (body.encode() if isinstance(body, str) else body)


def _text(words: str, *, charset: str = "utf-8", code: str = "8bit", extra: str = "") -> bytes:
    raw = words.encode(charset)
    if code == "quoted-printable":
        raw = quopri.encodestring(raw)
    elif code == "base64":
        raw = base64.encodebytes(raw)
    head = (
        f"Content-Type: text/plain; charset={charset}{extra}\nContent-Transfer-Encoding: {code}\n\n"
    )
    return head.encode() + raw


def _page(page: str, *, charset: str = "utf-8", code: str = "quoted-printable") -> bytes:
    return _text(page, charset=charset, code=code).replace(b"text/plain", b"text/html", 1)


def _parts(kind: str, *parts: bytes, edge: str = "=_e1", ends: bool = True) -> bytes:
    inner = b"".join(b"--%s\n%s\n" % (edge.encode(), part) for part in parts)
    last = f"--{edge}--\n".encode() if ends else b""
    return f'Content-Type: multipart/{kind}; boundary="{edge}"\n\n'.encode() + inner + last


def _file(kind: str, name: str, how: str = "attachment", extra: str = "") -> bytes:
    return (
        f'Content-Type: {kind}; name="{name}"\nContent-Disposition: {how}; filename="{name}"\n'
        f"{extra}Content-Transfer-Encoding: base64\n\n{_LOGO}\n"
    ).encode()


def _html(language: str, tag: str = "div") -> str:
    first, second = SAID[language].split("\n\n")
    return f"<{tag}>{first}</{tag}><{tag}><br></{tag}><{tag}>{second}</{tag}>"


def _gmail(language: str, above: str) -> bytes:
    plain = f"{SAID[language]}\n\n{above}\n\n{_MARKED}\n"
    page = (
        f'<div dir="ltr">{_html(language)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{above.replace("<", "&lt;").replace(">", "&gt;")}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px">{_OLD_PAGE}</blockquote></div>'
    )
    return _parts("alternative", _text(plain, code="quoted-printable"), _page(page))


def _outlook_desktop(language: str, labels: str) -> bytes:
    names = labels.split("|")
    values = (f"Ada &lt;{_US}&gt;", "26. 11. 2026 09:00", "Ben &lt;ben@example.org&gt;", "A note")
    block = "<br>".join(f"<b>{n}</b> {v}" for n, v in zip(names, values, strict=True))
    first, second = SAID[language].split("\n\n")
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--\n'
        + "p.MsoNormal {margin:0cm; font-family:Aptos}\n" * 40
        + "--></style></head><body lang=DE><div class=WordSection1>"
        f"<p class=MsoNormal>{first}<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        f"<p class=MsoNormal>{second}<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f"<p class=MsoNormal>{block}<o:p></o:p></p></div>{_OLD_PAGE}</div></body></html>"
    )
    return _page(page, charset="windows-1252")


def _outlook_web(language: str, foot: str = "") -> bytes:
    page = (
        f'<html><body dir="ltr"><div class="elementToProof">{_html(language)}</div>{foot}'
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%">'
        f'<div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Ada<br><b>Sent:</b> Thu</div>{_OLD_PAGE}'
        "</body></html>"
    )
    return _page(page)


def _outlook_phone(language: str, foot: str) -> bytes:
    page = (
        f'<html><body><div dir="auto">{_html(language)}</div><div><br></div>'
        f'<div id="ms-outlook-mobile-signature" dir="auto">{foot}</div>'
        '<div id="mail-editor-reference-message-container"><hr><div><b>Von:</b> Ada</div>'
        f"{_OLD_PAGE}</div></body></html>"
    )
    return _page(page, code="base64")


def _apple(language: str, above: str, *, foot: str = "") -> bytes:
    tail = f"\n\n{foot}" if foot else ""
    plain = f"{SAID[language]}{tail}\n\n{above}\n> \n> {_MARKED[2:]}\n"
    return _text(plain, code="quoted-printable", extra="; delsp=yes; format=flowed")


def _flowed(language: str, above: str) -> bytes:
    first, second = SAID[language].split("\n\n")
    cut = first.find(" ", len(first) // 2) + 1
    typed = f"{first[:cut]}\n{first[cut:]}\n\n{second}\n\n{above}\n{_MARKED}\n"
    return _text(typed, extra="; format=flowed")


def _old_head(rule: str, labels: str, *, marks: bool = False) -> str:
    names = labels.split("|")
    values = (f"Ada <{_US}>", "26.11.2026 09:00 (GMT+01:00)", "Ben <ben@example.org>", "A note")
    lines = [rule, *(f"{n} {v}" for n, v in zip(names, values, strict=True)), "", _BARE]
    return "\n".join(f"> {line}" for line in lines) if marks else "\n".join(lines)


def _under(language: str, foot: str, *rest: str) -> bytes:
    return _text("\n\n".join([SAID[language], *([foot] if foot else []), *rest]) + "\n")


def photo(to: str, language: str = "de") -> bytes:
    """From a phone: the picture between the words and the old mail, as a part of its own."""
    above = f"Am 26.11.2026 um 09:00 schrieb Ada <{_US}>:"
    body = _parts(
        "mixed",
        _text(f"{SAID[language]}\n\n"),
        _file("image/jpeg", "IMG_0412.jpeg", "inline"),
        _text(f"\n\nVon meinem iPhone gesendet\n\n{above}\n\n{_MARKED}\n"),
        edge="Apple-Mail-1",
    )
    return _mail("photo", body).replace(b"{to}", to.encode())


def with_notes(to: str) -> bytes:
    """From a Mac: a text file is shown inside the mail."""
    body = _parts("mixed", _text(SAID["en"]), _file("text/plain", "diary.txt", "inline"))
    return _mail("notes", body).replace(b"{to}", to.encode())


_EN = f"On Thu, Nov 26, 2026 at 9:00\u202fAM Ada <{_US}> wrote:"
_DE = f"Am Do., 26. Nov. 2026 um 09:00\xa0Uhr schrieb Ada <{_US}>:"
_FR = f"Le jeu. 26 nov. 2026 à 09:00, Ada <{_US}> a écrit\xa0:"
_ES = f"El jue, 26 nov 2026 a las 9:00, Ada (<{_US}>) escribió:"
_IT = f"Il giorno gio 26 nov 2026 alle ore 09:00 Ada <{_US}> ha scritto:"
_AR = (
    "\u202bفي الخميس، 26 نوفمبر 2026 في 9:00 ص تمت كتابة ما يلي بواسطة "
    f"\u202aAda\u202c\u200f <\u202a{_US}\u202c\u200f>:\u202c"
)
_YAHOO_LINE = f"On Thu, Nov 26, 2026 at 9:00 AM, Ada<{_US}> wrote:   {' '.join(_OLD)}"

# name → (language, everything after the head)
BODIES: dict[str, tuple[str, bytes]] = {
    "gmail en": ("en", _gmail("en", _EN)),
    "gmail de": ("de", _gmail("de", _DE)),
    "gmail fr": ("fr", _gmail("fr", _FR)),
    "gmail es": ("es", _gmail("es", _ES)),
    "gmail it": ("it", _gmail("it", _IT)),
    "gmail ar": ("ar", _gmail("ar", _AR)),
    "outlook desktop de": ("de", _outlook_desktop("de", "Von:|Gesendet:|An:|Betreff:")),
    "outlook desktop fr": (
        "fr",
        _outlook_desktop("fr", "De&nbsp;:|Envoyé&nbsp;:|À&nbsp;:|Objet&nbsp;:"),
    ),
    "outlook desktop es": ("es", _outlook_desktop("es", "De:|Enviado el:|Para:|Asunto:")),
    "outlook desktop it": ("it", _outlook_desktop("it", "Da:|Inviato:|A:|Oggetto:")),
    "outlook desktop en": ("en", _outlook_desktop("en", "From:|Sent:|To:|Subject:")),
    "outlook web en": ("en", _outlook_web("en")),
    "outlook web ar": ("ar", _outlook_web("ar")),
    "outlook phone de": (
        "de",
        _outlook_phone("de", 'Holen Sie sich <a href="https://aka.ms/o0ukef">Outlook für iOS</a>'),
    ),
    "outlook phone es": (
        "es",
        _outlook_phone("es", 'Obtén <a href="https://aka.ms/AAb9ysg">Outlook para Android</a>'),
    ),
    "outlook phone fr": (
        "fr",
        _outlook_phone("fr", '<a href="https://aka.ms/o0ukef">Télécharger Outlook pour iOS</a>'),
    ),
    "outlook with winmail.dat": (
        "en",
        _parts(
            "mixed",
            _text(f"{SAID['en']}\n\n-----Original Message-----\nFrom: Ada\nSent: Thu\nTo: Ben\nHi"),
            _file("application/ms-tnef", "winmail.dat"),
        ),
    ),
    "apple mail en": ("en", _apple("en", f"On 26. Nov 2026, at 09:00, Ada <{_US}> wrote:")),
    "iphone fr": (
        "fr",
        _apple(
            "fr", f"Le 26 nov. 2026 à 09:00, Ada <{_US}> a écrit :", foot="Envoyé de mon iPhone"
        ),
    ),
    "iphone it": (
        "it",
        _apple(
            "it",
            f"Il giorno 26 nov 2026, alle ore 09:00, Ada <{_US}> ha scritto:",
            foot="Inviato da iPhone",
        ),
    ),
    "iphone ar": (
        "ar",
        _apple("ar", f"في 26 نوفمبر 2026، كتب Ada <{_US}>:", foot="أرسلت من الـ iPhone"),
    ),
    "thunderbird de": ("de", _flowed("de", "Am 26.11.26 um 09:00 schrieb Ada:")),
    "thunderbird fr": ("fr", _flowed("fr", "Le 26/11/2026 à 09:00, Ada a écrit :")),
    "thunderbird below": (
        "en",
        _text(f"On 11/26/26 09:00, Ada wrote:\n{_MARKED}\n\n{SAID['en']}\n\n-- \nBen\nA Company\n"),
    ),
    "thunderbird between": (
        "en",
        _text(
            "On 11/26/26 09:00, Ada wrote:\n> Hi Ben.\n> Ada says: heavy canary.\n\nI'm with you.\n\n"
            "> Open the page:\n\nCall me – any time.\n"
        ),
    ),
    "yahoo phone en": (
        "en",
        _under("en", "Sent from Yahoo Mail on Android", f" \n  {_YAHOO_LINE}"),
    ),
    "yahoo slogan": ("en", _under("en", "Yahoo Mail: Search, Organize, Conquer", _EN, _MARKED)),
    "gmx de": (
        "de",
        _page(
            f'<html><body><div style="font-family: Verdana">{_html("de")}<div> </div>'
            '<div name="quote" style="border-left: 2px solid #C3D9E5;">'
            '<div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Donnerstag, 26. November 2026 um '
            f'09:00 Uhr<br/><b>Von:</b>&nbsp;"Ada" &lt;{_US}&gt;<br/><b>An:</b>&nbsp;ben@example.org'
            f"<br/><b>Betreff:</b>&nbsp;A note</div><div name='quoted-content'>{_OLD_PAGE}</div>"
            "</div></div></body></html>"
        ),
    ),
    "web.de phone": (
        "de",
        _under(
            "de",
            "--\nDiese E-Mail wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
            f"Am 26.11.26, 09:00, Ada <{_US}> schrieb:",
            _BARE,
        ),
    ),
    "gmx phone": ("de", _under("de", "Gesendet mit der GMX Mail App", _DE, _MARKED)),
    "k-9 en": (
        "en",
        _under(
            "en",
            "-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.",
        ),
    ),
    "k-9 above": (
        "de",
        _text(
            f"{SAID['de']}\n\nAm 26. November 2026 09:00:00 MEZ schrieb Ada <{_US}>:\n"
            + _MARKED.replace("> ", ">")
        ),
    ),
    "samsung de": (
        "de",
        _under(
            "de",
            "Von meinem/meiner Galaxy gesendet",
            _old_head("-------- Ursprüngliche Nachricht --------", "Von:|Datum:|An:|Betreff:"),
        ),
    ),
    "samsung it": (
        "it",
        _under(
            "it",
            "Inviato dal mio Galaxy",
            _old_head("-------- Messaggio originale --------", "Da:|Data:|A:|Oggetto:"),
        ),
    ),
    "samsung fr": (
        "fr",
        _under(
            "fr",
            "Envoyé depuis mon appareil Galaxy",
            _old_head("-------- Message d'origine --------", "De :|Date :|À :|Objet :"),
        ),
    ),
    "proton en": (
        "en",
        _parts(
            "alternative",
            _text(
                f"{SAID['en']}\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email."
                f"\n\nOn Thursday, November 26th, 2026 at 9:00 AM, Ada <{_US}> wrote:\n\n{_MARKED}\n",
                code="base64",
            ),
            _page(_html("en"), code="base64"),
        ),
    ),
    "proton signed": (
        "fr",
        _parts(
            "signed; micalg=pgp-sha512",
            _parts("mixed", _text(f"{SAID['fr']}\n\n{_FR}\n\n{_MARKED}"), edge="=_in"),
            _file("application/pgp-signature", "signature.asc"),
        ),
    ),
    "proton with its key": (
        "en",
        _parts("mixed", _text(SAID["en"]), _file("application/pgp-keys", "publickey - ben.asc")),
    ),
    "signed by s/mime": (
        "de",
        _parts(
            'signed; protocol="application/pkcs7-signature"',
            _text(f"{SAID['de']}\n\n{_DE}\n\n{_MARKED}\n", code="quoted-printable"),
            _file("application/pkcs7-signature", "smime.p7s"),
        ),
    ),
    "a logo in the signature": (
        "en",
        _parts(
            "related",
            _page(f'{_html("en")}<div>-- <br>Ben<br><img src="cid:logo@x"></div>'),
            _file("image/png", "logo.png", "inline", "Content-ID: <logo@x>\n"),
        ),
    ),
    "a picture inside the page": (
        "en",
        _page(f'{_html("en")}<p>-- <br><img src="data:image/png;base64,{"QUJD" * 9000}"></p>'),
    ),
    "a page longer than we read": (
        "fr",
        _page(_html("fr") + f'<blockquote type="cite">{"é très long " * 9000}</blockquote>'),
    ),
    "broken quoted-printable": (
        "en",
        _text(SAID["en"], code="quoted-printable").replace(b"\n\n--", b"=\n") + b"=",
    ),
    "latin-1 that says nothing": (
        "es",
        b"Content-Type: text/plain\n\n" + SAID["es"].encode("latin-1"),
    ),
    "parts without an end": (
        "en",
        _parts("alternative", _text(SAID["en"]), _page(_html("en")), ends=False),
    ),
    "a boundary nobody uses": (
        "en",
        b'Content-Type: multipart/alternative; boundary="gone"\n\n' + SAID["en"].encode(),
    ),
    "an empty text beside the page": (
        "de",
        _parts("alternative", _text("\n"), _page(_html("de"))),
    ),
    "capital letters and folding": (
        "en",
        b'CONTENT-TYPE: TEXT/PLAIN;\n\tCHARSET="UTF-8";\n\tFORMAT=FIXED\n\n' + SAID["en"].encode(),
    ),
    "an html page in utf-16": ("ar", _page(_html("ar"), charset="utf-16", code="base64")),
}

# Names as they stand in From: encoded, turned round, in quotes.
AUTHORS = {
    "encoded with a comma": "=?iso-8859-1?Q?M=FCller=2C_Ben?= <ben@example.org>",
    "encoded with brackets": "=?utf-8?b?QmVuIChBcmJlaXQpIDxCZW4+?= <ben@example.org>",
    "encoded with an at": "=?utf-8?q?ben=40home=2C?= =?utf-8?q?_Ben?= <ben@example.org>",
    "quoted with a comma": '"Müller, Ben" <ben@example.org>',
    "quoted with its address": '"ben@example.org" <ben@example.org>',
    "bare": "ben@example.org",
    "with a comment": "ben@example.org (Ben Weber)",
    "capital letters": "BEN <Ben@EXAMPLE.org>",
    "folded": "=?utf-8?q?Ben?=\n =?utf-8?q?_Weber?=\n <ben@example.org>",
}


def written(name: str, to: str) -> bytes:
    """The whole mail of one program."""
    _language, body = BODIES[name]
    return _mail(name, body).replace(b"{to}", to.encode())


def by(author: str, to: str) -> bytes:
    """A plain mail of somebody whose name is written in an odd way."""
    return _mail(author, _text(SAID["en"]), author=AUTHORS[author]).replace(b"{to}", to.encode())


def said(name: str) -> str:
    """What must reach the person, to the letter."""
    return SAID[BODIES[name][0]]
