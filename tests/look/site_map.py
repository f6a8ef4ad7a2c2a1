"""A site of its own for looking at the frame and the components, with every name pages link to."""

from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

from library.access import public

WORDS = [
    ("good", "A good day"),
    ("okay", "Doing okay"),
    ("up_and_down", "Up and down"),
    ("heavy", "A heavy day"),
    ("really_hard", "Having a really hard time"),
    ("no_words", "No words today"),
]
GESTURES = [("with_you", "I've read it, I'm with you"), ("call", "Can I call?"), ("own", "Hug")]

PIECES = Path(__file__).with_name("pieces.html").read_text()


class Pieces(forms.Form):
    """One field of every sort."""

    word = forms.ChoiceField(choices=WORDS, widget=forms.RadioSelect, label="Your word")
    gesture = forms.ChoiceField(choices=GESTURES, widget=forms.RadioSelect, required=False)
    note = forms.CharField(widget=forms.Textarea, label="A few words", help_text="If you like.")
    helps = forms.MultipleChoiceField(
        choices=[("a", "listening"), ("b", "information")],
        widget=forms.CheckboxSelectMultiple,
        label="What would help",
    )
    agree = forms.BooleanField(label="I agree", help_text="You can take it back.")
    email = forms.EmailField(label="Email address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


def draw(source: str, request: HttpRequest | None = None, **context: Any) -> str:
    """Render a template written in a test."""
    return engines["django"].from_string(source).render(context, request)


@public
def pieces(request: HttpRequest, frame: str = "base.html") -> HttpResponse:
    """Every component once, in a frame of choice."""
    return HttpResponse(draw(PIECES, request, frame=frame, form=Pieces()))


@public
def news(request: HttpRequest) -> HttpResponse:
    """The inside of the replies, with one more letter than the page had."""
    letter = '<article class="letter"><h3>{}</h3><p class="said">Soup is ready.</p></article>'
    return HttpResponse(letter.format("Jonas") + letter.format("Mina"))


@public
def leave(request: HttpRequest) -> HttpResponse:
    """The way out leads to another page."""
    return HttpResponseRedirect("/elsewhere/")


@public
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Somewhere with nothing to see."""
    return HttpResponse("<title>Elsewhere</title>")


_NAMED = [
    *("today", "circle", "rhythm", "who_sees_what", "look_back", "settings"),
    *("help_now", "what_this_is", "privacy", "how_to_be_there", "sign_out", "welcome"),
]

urlpatterns = [
    path("", pieces, name="home"),
    path("plain/", pieces, {"frame": "base_plain.html"}),
    path("quiet/", pieces, {"frame": "base_quiet.html"}),
    path("news/", news),
    path("leave/", leave, name="leave_now"),
    path("elsewhere/", elsewhere),
    *[path(f"{name}/", pieces, name=name) for name in _NAMED],
]
