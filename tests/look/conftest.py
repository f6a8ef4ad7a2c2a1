"""The look is tested on a site of its own, so that no page has to stand for all."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_site(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.look.site_map"
