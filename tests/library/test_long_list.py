"""A long select is what Django's own would be, and nobody's choice stays in it for the next."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.utils.translation import gettext_lazy, override

from library.long_list import LongList

CHOICES = [("", gettext_lazy("Country")), ("a", "Åland"), ('"b"', "<b> & more"), ("c", "C")]


class Tags(HTMLParser):
    """What a browser makes of it, whatever blanks are between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append(
            (tag, {name: "" if value == name else value or "" for name, value in attrs})
        )

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip())


def drawn(widget: type[forms.Select], value: Any, *, required: bool = True) -> list[Any]:
    form = forms.Form(initial={"place": value})
    form.fields["place"] = forms.ChoiceField(choices=CHOICES, widget=widget, required=required)
    return Tags(str(form["place"])).found


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("value", [None, "", "a", '"b"', "c", "nowhere", '"> selected'])
def test_it_is_what_djangos_own_select_would_be(value: Any, required: bool) -> None:
    assert drawn(LongList, value, required=required) == drawn(
        forms.Select, value, required=required
    )


def test_it_is_drawn_for_each_reader_anew() -> None:
    def chosen(found: list[Any]) -> list[str]:
        options = [one[1] for one in found if one[0] == "option"]
        return [about["value"] for about in options if "selected" in about]

    assert chosen(drawn(LongList, "a")) == ["a"]
    assert chosen(drawn(LongList, "c")) == ["c"]
    english = drawn(LongList, "a")
    with override("ar-xb"):
        assert drawn(LongList, "a") != english
    assert drawn(LongList, "a") == english
