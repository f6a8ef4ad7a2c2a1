"""What has to be settled before strangers write here."""

import pytest

from moderation.checks import policy_is_written


def found() -> list[str]:
    return [str(error.id) for error in policy_is_written()]


def test_production_does_not_begin_before_the_policy_is_written(settings) -> None:
    settings.LOCAL = False
    assert found() == ["moderation.E001"]
    settings.DANGER_DECIDED_BY = "Noor and Kim"
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value"), [("DUTY_HOURS", "nine to five"), ("DUTY_ZONE", "Middle/Earth")]
)
def test_duty_hours_that_cannot_be_read_are_said(settings, name: str, value: str) -> None:
    setattr(settings, name, value)
    assert found() == ["moderation.E002"]
