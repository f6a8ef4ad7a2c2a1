"""What an operator must say before a number of theirs is shown."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from library.models import OwnLine

pytestmark = pytest.mark.django_db

WHOLE = {
    "country": "DE",
    "name": "Line of this town",
    "phone": "030 55 44 33",
    "tel": "030554433",
    "source": "their own page",
    "checked_on": "2026-11-20",
}


def form_for(**changed):
    office = admin.site.get_model_admin(OwnLine)
    return office.get_form(RequestFactory().get("/"))(data=WHOLE | changed)


def test_a_whole_row_is_saved():
    assert form_for().is_valid()


@pytest.mark.parametrize("field", ["source", "checked_on"])
def test_a_row_without_source_or_date_is_refused(field):
    form = form_for(**{field: ""})

    assert not form.is_valid()
    assert field in form.errors


def test_a_row_with_half_a_number_is_refused_in_words():
    form = form_for(tel="")

    assert not form.is_valid()
    assert "Give a name, the number as shown and the number to dial." in str(form.errors)
