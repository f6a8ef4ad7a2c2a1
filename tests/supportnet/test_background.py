"""What wakes the workers, and what happens when the thing that wakes them is gone."""

import pytest
from celery.schedules import maybe_schedule
from django.core.cache.backends.base import BaseCache
from django.test import Client, override_settings

from supportnet.cache import Cache
from supportnet.celery import app
from supportnet.local.valkey import free_port


def test_beat_wakes_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_wake_up_expires_before_the_next_one() -> None:
    for entry in app.conf.beat_schedule.values():
        seconds = maybe_schedule(entry["schedule"]).seconds
        assert entry["options"]["expires"] <= seconds


def test_tick_and_deliver_come_four_times_a_minute() -> None:
    schedule = app.conf.beat_schedule
    assert {schedule[name]["schedule"] for name in ("tick", "deliver")} == {15}


@pytest.fixture
def gone() -> BaseCache:
    return Cache(f"redis://127.0.0.1:{free_port()}/0", {"OPTIONS": {"socket_timeout": 1}})


def test_a_cache_that_does_not_answer_is_an_empty_one(gone: BaseCache) -> None:
    gone.set("a", 1)
    assert gone.get("a") is None
    assert gone.get("a", 7) == 7
    assert gone.add("a", 1) is True
    assert gone.delete("a") is False
    assert gone.incr("a") == 1


@pytest.mark.django_db
def test_pages_come_while_redis_is_gone(client: Client) -> None:
    nowhere = {
        "BACKEND": "supportnet.cache.Cache",
        "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
    }
    with override_settings(CACHES={"default": nowhere}):
        assert client.get("/").status_code == 200
        assert client.get("/mailbox/").status_code == 200
