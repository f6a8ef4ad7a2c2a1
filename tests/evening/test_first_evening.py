"""The first evening, as `make evening` walks it: home to a really hard time, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.evening import first_evening
from tests.evening.house import House


@pytest.fixture
def house() -> Iterator[House]:
    with House() as house:
        yield house


@pytest.mark.once
@pytest.mark.long(seconds=90)
@pytest.mark.timeout(600)
def test_a_newcomer_walks_the_first_evening_and_is_answered(browser: Browser, house: House) -> None:
    assert first_evening.walk_it(browser, house).broken() == []
