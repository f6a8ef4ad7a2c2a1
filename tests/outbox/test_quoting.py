"""What somebody wrote is kept to the last word, and what they answered to is not repeated."""

import pytest

from outbox import quoting
from tests.outbox import replied


@pytest.mark.parametrize("name", replied.ATTRIBUTIONS)
def test_the_old_mail_with_marks_is_left_away(name: str) -> None:
    assert quoting.own_words(replied.above_marks(name)) == replied.words_of(name)


@pytest.mark.parametrize("name", replied.HEADS)
def test_the_old_mail_without_marks_is_left_away(name: str) -> None:
    assert quoting.own_words(replied.above_head(name)) == replied.words_of(name)


@pytest.mark.parametrize("name", replied.FEET)
@pytest.mark.parametrize("quoted", [True, False])
def test_what_a_phone_adds_is_left_away(name: str, quoted: bool) -> None:
    text = f"{replied.WORDS['en']}\n\n{replied.FEET[name]}\n\n"
    if quoted:
        text += f"{replied.ATTRIBUTIONS['gmail en']}\n\n{replied.QUOTED}\n"
    assert quoting.own_words(text) == replied.WORDS["en"]


@pytest.mark.parametrize("name", replied.PAGES)
def test_pages_of_mail_programs_are_read_too(name: str) -> None:
    words = quoting.own_words(quoting.text_of_page(replied.PAGES[name]))
    assert words.split() == replied.WORDS["en"].split()


def test_words_between_and_below_a_quotation_are_kept() -> None:
    text = (
        f"{replied.ATTRIBUTIONS['thunderbird en']}\n> How are you?\n\nWith you.\n\n> And you?\n\n"
        "I am well too.\n"
    )
    assert quoting.own_words(text) == "With you.\n\nI am well too."


def test_a_line_right_above_the_quotation_is_kept() -> None:
    text = f"See you at 9:30\n{replied.ATTRIBUTIONS['gmail en wrapped']}\n\n{replied.QUOTED}"
    assert quoting.own_words(text) == "See you at 9:30"


@pytest.mark.parametrize(
    "words",
    [
        "Thanks, I'm with you.\nBest, always.",
        "- I can cook\n- I can drive\n-- or both",
        "Danke dir.\nLiebe Grüße\nMina",
        "From: the bottom of my heart.\nI mean it.",
        "On Monday at 9:30 she wrote to me, and I said:\n\nit is all right.",
        "To do: call you. Subject: soup.",
        "Two things:\n\n1. soup\n2. a walk at 10:30",
        "--- later ---\nI am back.",
        "Sent from my iPhone is what I would say, but I walk over.\nSee you.",
        "Estoy aquí.\n\nEnviado con todo mi cariño",
        "Ich denke an dich.\n\nGesendet von Herzen",
        "Call me.\n\nSent from my heart",
        "Je pense à toi.\n\nEnvoyé de tout cœur",
        "On 3/4 and 5/6 I wrote to Ada: she is well.",
        "<3",
        "ok",
    ],
)
def test_words_that_look_like_something_else_are_kept(words: str) -> None:
    assert quoting.own_words(words) == words


def test_only_a_quotation_is_no_words() -> None:
    assert quoting.own_words(f"{replied.ATTRIBUTIONS['gmail en']}\n\n{replied.QUOTED}") == ""


@pytest.mark.parametrize(
    "page",
    ["<" * 1000, "<div>" * 5000 + "hi", "<!--" * 500, "</div>" * 500 + "hi", "<a b='" * 300],
)
def test_broken_pages_are_read_as_far_as_they_go(page: str) -> None:
    assert isinstance(quoting.own_words(quoting.text_of_page(page)), str)


def test_scripts_and_styles_are_not_words() -> None:
    page = "<style>p{}</style><script>go()</script><title>t</title><p>Hello &amp; good night</p>"
    assert quoting.own_words(quoting.text_of_page(page)) == "Hello & good night"
