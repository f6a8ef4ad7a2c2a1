"""The shipped helplines: complete, sourced, fresh, and unchanged on their way to a page."""

import datetime as dt
import json

import pytest
from django.core.management import call_command

from library.check import problems, read
from library.helplines import countries, country

pytestmark = pytest.mark.once

TODAY = dt.date(2026, 11, 23)


def _line(data, line_id):
    return next(
        line for row in data["countries"] for line in row["helplines"] if line["id"] == line_id
    )


@pytest.fixture
def data():
    return read()


@pytest.fixture
def few(data):
    # All of the file is looked through in one test: that takes a while.
    wanted = {"FR", "IT", "JP"}
    return data | {"countries": [row for row in data["countries"] if row["iso"] in wanted]}


def test_the_shipped_file_is_in_order(data):
    assert problems(data, TODAY) == []


def test_the_command_says_so(capsys, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, tzinfo=dt.UTC))

    call_command("check_library")

    assert "in order" in capsys.readouterr().out


def test_the_command_ends_with_one_when_the_file_is_old(capsys, time_machine):
    time_machine.move_to(dt.datetime(2027, 12, 23, tzinfo=dt.UTC))

    with pytest.raises(SystemExit) as stop:
        call_command("check_library")

    assert stop.value.code == 1
    assert "de-telefonseelsorge: last checked on 2026-11-22" in capsys.readouterr().err


def test_a_part_of_it_is_in_order_too(few):
    assert problems(few, TODAY) == []


def test_a_row_without_a_source_is_refused(few):
    _line(few, "it-telefono-amico")["sources"] = []

    assert problems(few, TODAY)


def test_an_emergency_number_without_a_source_is_refused(few):
    few["countries"][0]["emergency"]["sources"] = []

    assert problems(few, TODAY)


@pytest.mark.parametrize("part", ["confidence", "checked_on", "id", "sources", "opens", "zone"])
def test_a_row_without_its_part_is_refused(few, part):
    del _line(few, "it-telefono-amico")[part]

    assert problems(few, TODAY)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("confidence", "low"),
        ("checked_on", "2026-13-01"),
        ("checked_on", "2027-01-01"),
        ("checked_on", "2025-11-22"),
        ("zone", "Europe/Atlantis"),
        ("zone", None),
        ("opens", [{"days": ["mon"], "from": "9:00", "to": "24:00"}]),
        ("opens", "mostly"),
        ("phones", [{"shown": "02 2327 2327", "tel": "02 2327 2327"}]),
        ("id", "de-telefono-amico"),
        ("id", "fr-3114"),
        ("url", "javascript:alert(1)"),
    ],
)
def test_a_row_with_a_wrong_part_is_refused(few, part, value):
    _line(few, "it-telefono-amico")[part] = value

    assert problems(few, TODAY)


def test_a_row_nobody_can_reach_is_refused(few):
    _line(few, "it-telefono-amico").update(phones=[], url=None)

    assert problems(few, TODAY)


def test_an_id_that_stands_twice_is_refused(few):
    rows = next(row for row in few["countries"] if row["iso"] == "JP")["helplines"]
    rows[1]["id"] = rows[0]["id"]

    assert problems(few, TODAY) == [f"{rows[0]['id']} stands 2 times in the file."]


def test_the_main_emergency_number_is_one_of_the_countrys_numbers(few):
    few["countries"][0]["emergency"]["main"] = "555"

    assert problems(few, TODAY)


def test_there_are_eighty_five_lines_in_sixty_eight_countries(data):
    with_lines = [row for row in data["countries"] if row["helplines"]]

    assert len(with_lines) == 68
    assert sum(len(row["helplines"]) for row in with_lines) == 85


def test_names_in_the_file_are_the_names_people_read(data):
    assert {row["iso"]: row["name"] for row in data["countries"]} == {
        row["iso"]: country(row["iso"]).name for row in data["countries"]
    }


def test_hours_are_structured_only_where_somebody_verified_them(data):
    hours = {
        line["id"]: line["opens"]
        for row in data["countries"]
        for line in row["helplines"]
        if line["opens"] is not None
    }

    assert hours["it-telefono-amico"] == [
        {
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "from": "09:00",
            "to": "24:00",
        }
    ]
    # "sources differ", "set locally", "except Eid" and hours from 2021 are not known hours.
    assert not {"lb-1564", "cn-12356", "pk-umang", "gy-interagency", "dk-livslinien"} & set(hours)


def test_every_country_has_a_page_and_those_without_a_number_say_none():
    every = countries()

    assert len(every) == 250
    assert [one.name for one in every[:3]] == ["Afghanistan", "Åland Islands", "Albania"]
    assert country("AQ").emergency is None
    assert country("ZZ") is None
    assert country("de") is None


def test_the_file_reads_one_line_a_row():
    text = json.dumps(read(), ensure_ascii=False)

    assert "shared" not in text
    assert "!" not in "".join(read()["meta"]["rules"])
