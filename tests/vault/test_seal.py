"""Keys and sealed values: what opens, what does not, and what the size tells."""

import base64
import secrets

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command

from circles.models import Circle
from vault import ring
from vault.fields import seal, unseal
from vault.models import Key, KeyGone, KeyShut
from vault.scope import key_scope

pytestmark = pytest.mark.django_db


def _ring(*numbers: int) -> str:
    return ",".join(f"{n}:{base64.b64encode(bytes([n]) * 32).decode()}" for n in numbers)


@pytest.mark.parametrize(
    "text", ["", "heavy", "می‌خواهم", "👩‍👩‍👧", "<b>&amp;", "a\u0000b", "x" * 10_000, "\ud800"]
)
def test_sealed_text_comes_back_exactly(text):
    key = Key.objects.make()

    closed = seal(text, key_id=key.pk, bound="row", size=64)

    assert unseal(closed, key_id=key.pk, bound="row") == text
    if text:
        assert text.encode("utf-8", "surrogatepass") not in closed


def test_every_short_text_has_the_same_length_when_sealed():
    key = Key.objects.make()

    lengths = {
        len(seal(word, key_id=key.pk, bound="row", size=16))
        for word in ["", "good", "okay", "up_and_down", "heavy", "really_hard", "no_words"]
    }

    assert len(lengths) == 1


def test_a_value_moved_to_another_row_does_not_open():
    key = Key.objects.make()
    closed = seal("heavy", key_id=key.pk, bound="row 1", size=16)

    with pytest.raises(InvalidTag):
        unseal(closed, key_id=key.pk, bound="row 2")


def test_another_persons_key_does_not_open():
    mine, theirs = Key.objects.make(), Key.objects.make()
    closed = seal("heavy", key_id=mine.pk, bound="row", size=16)

    with pytest.raises(InvalidTag):
        unseal(closed, key_id=theirs.pk, bound="row")


def test_without_its_key_row_nothing_opens():
    key = Key.objects.make()
    closed = seal("heavy", key_id=key.pk, bound="row", size=16)
    number = key.pk
    key.delete()

    with pytest.raises(KeyGone):
        unseal(closed, key_id=number, bound="row")


def test_the_key_row_alone_opens_nothing(settings):
    key = Key.objects.make()
    settings.VAULT_KEYS = f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"

    with pytest.raises(KeyShut):
        key.unwrap()


def test_keys_open_after_a_rotation_and_the_old_master_key_can_go(settings):
    settings.VAULT_KEYS = _ring(1)
    key = Key.objects.make()
    closed = seal("heavy", key_id=key.pk, bound="row", size=16)

    settings.VAULT_KEYS = _ring(1, 2)
    assert unseal(closed, key_id=key.pk, bound="row") == "heavy"
    call_command("vault", "rotate")
    settings.VAULT_KEYS = _ring(2)

    assert unseal(closed, key_id=key.pk, bound="row") == "heavy"


def test_there_is_one_installation_key():
    assert Key.objects.installation().pk == Key.objects.installation().pk


def test_a_scope_opens_each_key_once(django_assert_num_queries):
    key = Key.objects.make()

    with key_scope(), django_assert_num_queries(1):
        Key.objects.open(key.pk)
        Key.objects.open(key.pk)


def test_keyed_hashes_find_rows_of_before_a_rotation(settings):
    settings.VAULT_HASH_KEYS = _ring(1)
    before = ring.keyed_hash("ana@example.org")
    settings.VAULT_HASH_KEYS = _ring(1, 2)

    assert ring.keyed_hash("ana@example.org") != before
    assert before in ring.keyed_hashes("ana@example.org")


@pytest.mark.parametrize("text", ["", "1", "1:xx", "x:" + "A" * 44, "0:" + "A" * 43 + "="])
def test_a_misspelt_ring_is_refused(settings, text):
    settings.VAULT_KEYS = text

    with pytest.raises(ImproperlyConfigured):
        ring.master()


def test_sealed_columns_cannot_be_searched_or_updated_in_bulk():
    with pytest.raises(FieldError):
        Circle.objects.filter(helps_me="tea").exists()
    with pytest.raises(FieldError):
        Circle.objects.update(helps_me="tea")
