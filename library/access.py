"""The mark of pages that everybody may open; the door that looks for it is in the accounts room."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs no sign-in. The list of them is short and stands in a test."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view
