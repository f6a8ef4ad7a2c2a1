"""What wakes the workers, and what happens when the thing that wakes them is gone."""

import socket

import pytest
from celery.schedules import maybe_schedule
from django.conf import settings
from django.core.cache.backends.base import BaseCache
from django.test import Client, override_settings

from outbox import claims, poll, smtp, stop, work
from supportnet.cache import Cache
from supportnet.celery import app
from supportnet.local.valkey import free_port

_ONE_SECOND = {"socket_connect_timeout": 1, "socket_timeout": 1}


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


def test_the_worker_has_the_settings_that_were_tried() -> None:
    """Each for a trouble others have met; docs/outbox.md says which."""
    conf = app.conf
    assert conf.task_ignore_result is True
    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_acks_late is False
    assert not conf.task_reject_on_worker_lost
    assert conf.broker_connection_retry_on_startup is True
    assert conf.broker_connection_max_retries is None
    assert conf.broker_transport_options == {
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "max_retries": 1,
    }
    assert conf.task_publish_retry_policy == {"max_retries": 1}
    assert conf.worker_max_tasks_per_child == 500
    assert conf.worker_max_memory_per_child == 300_000
    assert conf.worker_eta_task_limit == 100
    assert conf.get("CELERY_DB_REUSE_MAX") == 1000
    assert settings.CACHES["default"].get("OPTIONS", _ONE_SECOND) == _ONE_SECOND


def test_what_takes_long_has_ended_before_what_waits_for_it_does() -> None:
    """From one mail to the supervisor, each patience is longer than the one inside it."""
    to_start = work._LEASE_TO_START
    assert smtp.BEFORE_DOT == 60
    assert smtp.AFTER_DOT == 120
    assert smtp.BEFORE_DOT + smtp.AFTER_DOT + smtp._TO_CONNECT <= to_start == 200
    assert to_start < claims.LEASE.total_seconds() == 300
    assert claims.LEASE.total_seconds() < app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.task_time_limit < poll._DEAF_AFTER
    compose = (settings.BASE_DIR / "docker-compose.yml").read_text()
    assert stop.TO_FINISH == 60
    assert "stop_grace_period: 90s" in compose


def test_beat_is_heard_twice_a_minute() -> None:
    assert app.conf.beat_schedule["heartbeat"]["schedule"] == 30
    assert app.conf.beat_schedule["sweep"]["schedule"] == 60


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


def test_a_cache_that_says_nothing_is_waited_for_once_in_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where, options = f"redis://127.0.0.1:{silent.getsockname()[1]}/0", {"socket_timeout": 0.1}
        cache = Cache(where, {"OPTIONS": options})
        assert [cache.get("a", 7) for _ in range(20)] == [7] * 20
        silent.settimeout(0)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()  # nobody came a second time


@pytest.mark.django_db
def test_pages_come_while_redis_is_gone(client: Client) -> None:
    nowhere = {
        "BACKEND": "supportnet.cache.Cache",
        "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
    }
    with override_settings(CACHES={"default": nowhere}):
        assert client.get("/").status_code == 200
        assert client.get("/mailbox/").status_code == 200
