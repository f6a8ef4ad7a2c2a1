"""Lists for other programs, a page at a time; a cursor stays right while new rows come."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

_SIZE = 30


def page(
    request: Request, rows: QuerySet[Any], *, order: tuple[str, ...], shown: Callable[[Any], Any]
) -> Response:
    """Thirty of the rows in this order, each as ``shown``, with the way to the next."""
    cursor = CursorPagination()
    cursor.page_size, cursor.ordering = _SIZE, order
    try:
        found = cursor.paginate_queryset(rows, request)
    except (Invalid, ValueError, OverflowError):
        # Somebody wrote the cursor themselves.
        raise NotFound from None
    return cursor.get_paginated_response([shown(row) for row in found or []])
