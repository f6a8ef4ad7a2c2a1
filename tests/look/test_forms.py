"""Forms speak in one voice, and lose nothing."""

import re

import pytest
from django.utils.html import escape

from tests.look.site_map import Pieces

TYPED = "Ein <b>Satz</b>, 🌱 می‌خواهم"


@pytest.fixture
def refused() -> str:
    """A form sent with nothing but a note and a broken address."""
    return Pieces(data={"note": TYPED, "email": "mina@", "helps": ["z"]}).render()


def test_the_label_stands_above_the_hint_above_the_error_above_the_field() -> None:
    html = Pieces(data={}).render()
    field = html[html.index('<label for="id_note">') :]
    order = ["A few words", "If you like.", 'class="error"', "<textarea"]
    assert sorted(order, key=field.index) == order


def test_the_summary_comes_first_and_each_line_leads_to_its_field(refused: str) -> None:
    summary = refused[: refused.index("</ul>")]
    assert refused.startswith('<div class="note bad" role="alert"')
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["id_word_0", "id_helps_0", "id_agree", "id_email"]
    for target in targets:
        assert f'id="{target}"' in refused


def test_the_summary_counts_no_more_than_there_is(refused: str) -> None:
    one = Pieces(
        data={"word": "good", "note": TYPED, "helps": ["a"], "agree": "on", "email": "mina@"}
    ).render()
    assert "One thing before this can go on" in one
    assert "One thing" not in refused
    assert "A few things before this can go on" in refused


def test_a_form_in_order_has_no_summary() -> None:
    assert "alert" not in Pieces().render()


def test_what_was_typed_stays_as_it_was(refused: str) -> None:
    assert escape(TYPED) in refused
    assert 'value="mina@"' in refused
    assert "<b>Satz</b>" not in refused


def test_every_box_for_words_says_that_nobody_checks_it() -> None:
    html = Pieces().render()
    after = html[html.index("</textarea>") :]
    assert after.index("Nobody checks this text for danger.") < after.index("</div>")
    assert '<a href="/help_now/">Get help now</a>' in after


def test_a_group_of_choices_has_a_name_and_nothing_is_chosen() -> None:
    html = Pieces().render()
    assert html.count("<fieldset") == html.count("<legend>") == 3
    assert "checked" not in html


def test_hint_and_error_are_read_with_their_field() -> None:
    html = Pieces(data={}).render()
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert described
    for ids in described:
        for one in ids.split():
            assert f'id="{one}"' in html


def test_a_field_that_needs_something_says_so_to_a_screen_reader(refused: str) -> None:
    assert re.search(r'<input type="email"[^>]*aria-invalid="true"', refused)
