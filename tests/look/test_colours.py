"""Every pair of colours that meets on a page can be read, in each of the four lights."""

import pytest

from tests.look.sheet import contrast, themes

pytestmark = pytest.mark.once

LIGHTS = ["light", "dark", "quiet light", "quiet dark"]
GROUNDS = ["paper", "glow", "surface"]
TEXT = [
    *[(word, ground) for word in ("ink", "muted", "act", "warm", "danger") for ground in GROUNDS],
    ("on-act", "act"),
    *[(word, "act-soft") for word in ("ink", "muted", "act", "warm")],
    *[(word, "warm-soft") for word in ("ink", "muted", "act", "warm")],
]
EDGES = [
    *[(edge, ground) for edge in ("muted", "act", "focus", "danger") for ground in GROUNDS],
    ("focus", "act-soft"),
    ("focus", "warm-soft"),
    ("act", "act-soft"),
    *[("pen", hue) for hue in ("sun", "leaf", "wave", "cloud", "dots")],
    ("lamp-pen", "night"),
    ("lamp", "surface"),
]


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize(("word", "ground"), TEXT)
def test_text_can_be_read(light: str, word: str, ground: str) -> None:
    colours = themes()[light]
    assert contrast(colours[word], colours[ground]) >= 4.5


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_rings_and_drawn_lines_can_be_seen(light: str, edge: str, ground: str) -> None:
    colours = themes()[light]
    assert contrast(colours[edge], colours[ground]) >= 3


def test_the_four_lights_differ() -> None:
    papers = {colours["paper"] for colours in themes().values()}
    assert len(papers) == 4


def test_a_pale_colour_would_be_noticed() -> None:
    assert contrast("#bbbbbb", "#ffffff") < 3
