"""Frames: what is kept holds nobody's own, and each reader gets their own back."""

import html
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.utils.functional import lazystr
from django.utils.safestring import SafeString

from library import frames
from library.frames import Said

CANARY = "canary under the stairs"


class Drawing:
    """Two texts of a context, and how often they were drawn."""

    times = 0

    def __call__(self, context: dict[str, Any]) -> Sequence[str]:
        self.times += 1
        parts = [_shown(one) for one in context.values()]
        return "|".join(parts), "/".join(parts)


def _shown(value: Any) -> str:
    return f"{value} {value.hex}" if isinstance(value, uuid.UUID) else str(value)


@pytest.fixture
def drawing() -> Drawing:
    frames._kept.clear()
    return Drawing()


def filled(drawing: Drawing, place: str = "here", **context: Any) -> list[str]:
    return list(frames.filled(place, context, drawing, str.upper, html.escape))


def test_each_text_has_its_words_written_down_by_its_own_filling(drawing: Drawing) -> None:
    assert filled(drawing, said=Said('a "b"'), then="c") == ['A "B"|c', "a &quot;b&quot;/c"]


def test_what_differs_in_gaps_alone_is_drawn_once(drawing: Drawing) -> None:
    ada, ben = uuid.uuid4(), uuid.uuid4()

    first = filled(drawing, name=Said("ada"), public_id=ada, more=SafeString("<i>1</i>"))
    second = filled(drawing, name=Said("ben"), public_id=ben, more=SafeString("<i>2</i>"))

    assert first[0] == f"ADA|{ada} {ada.hex}|<i>1</i>"
    assert second[1] == f"ben/{ben} {ben.hex}/<i>2</i>"
    assert drawing.times == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "b"),
        (True, False),
        (True, 1),
        (["a"], ["b"]),
        ({"a": 1}, {"a": 2}),
        (Said(""), Said("a")),
    ],
)
def test_what_decides_how_it_is_drawn_is_drawn_apart(
    drawing: Drawing, one: Any, other: Any
) -> None:
    assert filled(drawing, look=one) != filled(drawing, look=other)
    assert drawing.times == 2


def test_each_place_is_drawn_apart(drawing: Drawing) -> None:
    filled(drawing, name=Said("ada"))
    filled(drawing, place="there", name=Said("ada"))
    assert drawing.times == 2


def test_what_is_kept_holds_nobodys_own(drawing: Drawing) -> None:
    public_id = uuid.uuid4()
    inside = {"list": [Said(CANARY)], "drawn": SafeString(CANARY), "public_id": public_id}

    assert CANARY in filled(drawing, items=[inside], name=Said(CANARY), public_id=public_id)[1]

    assert len(frames._kept) == 1
    for secret in (CANARY, CANARY.upper(), str(public_id), public_id.hex):
        assert secret not in repr(frames._kept)


def test_what_nobody_knows_how_to_print_is_drawn_each_time_and_never_kept(drawing: Drawing) -> None:
    for _ in range(2):
        assert filled(drawing, label=lazystr("Hi"), name=Said("ada")) == ["Hi|ada", "Hi/ada"]
    assert drawing.times == 2
    assert not frames._kept


def test_only_so_many_frames_are_kept(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_MOST_KEPT", 2)
    for look in ("a", "b", "c"):
        assert filled(drawing, look=look, name=Said("ada"))[1] == f"{look}/ada"
    assert len(frames._kept) == 1
