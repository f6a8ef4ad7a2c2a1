"""Limits hold exactly, also when everybody tries at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import RequestFactory

from outbox import limits
from outbox.models import Limit

MINUTE = dt.timedelta(minutes=1)


def tries(now: dt.datetime, value: str = "here") -> bool:
    return limits.allow("guess", value, at_most=3, within=MINUTE, now=now)


@pytest.mark.django_db
def test_the_fourth_of_three_is_refused_until_the_window_is_over(now: dt.datetime) -> None:
    assert [tries(now) for _ in range(5)] == [True, True, True, False, False]
    assert tries(now + MINUTE)


@pytest.mark.django_db
def test_each_who_tries_is_counted_alone(now: dt.datetime) -> None:
    assert all(tries(now, str(number)) for number in range(10))


@pytest.mark.django_db
def test_what_is_counted_cannot_be_read(now: dt.datetime) -> None:
    tries(now, "anna@example.org")
    assert "anna" not in Limit.objects.get().key_hash


@pytest.mark.django_db
def test_a_try_is_one_statement(now: dt.datetime, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        tries(now)


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_tries_let_exactly_three_through(now: dt.datetime) -> None:
    def one_try(_number: int) -> bool:
        try:
            return tries(now)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        allowed = list(pool.map(one_try, range(50)))

    assert allowed.count(True) == 3


@pytest.mark.django_db
def test_old_windows_are_forgotten(now: dt.datetime) -> None:
    tries(now)
    assert Limit.objects.to_forget(now + dt.timedelta(days=1)).count() == 0
    assert Limit.objects.to_forget(now + dt.timedelta(days=3)).count() == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "6.6.6.6", "9.9.9.9"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 5.5.5.5", "1.2.3.4"),
        (2, "6.6.6.6", "9.9.9.9"),
        (1, "", "9.9.9.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "not an address", "not an address"),
    ],
)
def test_what_a_client_says_of_its_own_address_counts_for_nothing(
    proxies: int, forwarded: str, client: str, settings: object
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get(
        "/", REMOTE_ADDR="9.9.9.9", headers={"x-forwarded-for": forwarded}
    )
    assert limits.client(request) == client
