"""Pieces drawn once: the same as drawn on their own, and nobody's words in another's."""

from django.template.loader import render_to_string
from django.utils import translation

from checkins import pieces
from checkins.forms.reply import ReplyForm
from checkins.models.reply import Reply
from library.frames import Said

ANSWER = "checkins/_my_answer.html"


def filled(words: str, label: str = "Tonight") -> str:
    return pieces.filled(ANSWER, gesture_label=Said(label), words=Said(words))


def test_a_piece_reads_as_if_it_were_drawn_on_its_own() -> None:
    words = 'Yes <b>please</b> & "soon", it\'s time'

    alone = render_to_string(ANSWER, {"gesture_label": "Tonight", "words": words})

    assert filled(words) == alone
    assert filled(words) == alone  # from memory


def test_the_words_of_one_do_not_stand_in_the_piece_of_another() -> None:
    assert "CANARY" in filled("CANARY")
    assert "CANARY" not in filled("Thank you")


def test_words_that_look_like_a_gap_stay_words() -> None:
    read = filled("\ue0000\ue001", label="CANARY")

    assert read.count("CANARY") == 1
    assert "\ue0000\ue001" in read


def test_each_look_and_each_language_is_drawn_by_itself() -> None:
    assert "·" in filled("Yes")
    assert "·" not in filled("Yes", label="")
    assert "·" not in filled("")
    with translation.override("ar-xb"):
        assert "You answered:" not in filled("Yes")
    assert "You answered:" in filled("Yes")


def test_what_somebody_began_to_write_stays_on_their_own_page() -> None:
    gestures = tuple(Reply.Gesture.choices)
    typed = ReplyForm({"words": "CANARY"}, gestures=list(gestures))
    fresh = ReplyForm(None, gestures=list(gestures))
    template = "checkins/_reply_fields.html"

    assert "CANARY" in pieces.fields(template, typed, gestures=gestures)
    assert "CANARY" not in pieces.fields(template, fresh, gestures=gestures)
