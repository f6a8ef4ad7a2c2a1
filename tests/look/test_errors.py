"""Every dead end is kind, gives words back, and stands without a database."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

TYPED = [("A few words", "Ein <b>Satz</b> für dich")]
ENDS = sorted(page.stem for page in Path(settings.BASE_DIR, "templates/errors").glob("[45l]*.html"))


@pytest.mark.parametrize("end", ENDS)
def test_it_stands_with_nothing_but_itself(end: str) -> None:
    html = render_to_string(f"errors/{end}.html")
    assert '<a class="help" href="/help_now/">Get help now</a>' in html
    assert "this is not an emergency service" in html
    assert html.count("<h1>") == 1


@pytest.mark.parametrize("end", sorted(set(ENDS) - {"400", "403", "404"}))
def test_words_come_back_unharmed(end: str) -> None:
    html = render_to_string(f"errors/{end}.html", {"typed": TYPED})
    assert "Ein &lt;b&gt;Satz&lt;/b&gt; für dich</textarea>" in html
    assert "A few words" in html


def test_there_is_a_page_for_each_end_we_know() -> None:
    assert ENDS == ["400", "403", "404", "410", "429", "500", "503", "lapsed"]


def test_the_page_of_dead_links_is_always_the_same() -> None:
    assert render_to_string("errors/410.html") == render_to_string("errors/410.html", {"typed": []})
    assert "csrfmiddlewaretoken" not in render_to_string("errors/410.html", {"typed": TYPED})
