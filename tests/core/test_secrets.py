"""Personal data is unreadable at rest, findable by its owner, and survives a change of keys."""

import base64
import importlib
from io import StringIO

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from core import secrets
from core.secrets import KeyMissing, Tampered, blind_index, decrypt, encrypt, klass_of, rotate

OLD = base64.urlsafe_b64encode(b"o" * 32).decode()
NEW = base64.urlsafe_b64encode(b"n" * 32).decode()


def test_the_same_text_never_looks_the_same_and_reads_the_same(settings):
    settings.FIELD_KEYS = [OLD]
    first, second = encrypt("420106199001011234", "a.b"), encrypt("420106199001011234", "a.b")
    assert first != second
    assert "420106" not in base64.urlsafe_b64decode(first.rpartition(":")[2]).decode("latin-1")
    assert decrypt(first, "a.b") == decrypt(second, "a.b") == "420106199001011234"


def test_a_value_moved_to_another_field_is_refused(settings):
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(Tampered, match="c.d"):
        decrypt(encrypt("张三", "a.b"), "c.d")


@pytest.mark.parametrize(
    "change", [lambda s: s[:-4] + "AAA=", lambda s: s[:20], lambda s: "张三", lambda s: s + "x"]
)
def test_a_changed_value_is_refused(settings, change):
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(Tampered):
        decrypt(change(encrypt("张三", "a.b")), "a.b")


def test_a_missing_key_is_named_by_its_id_not_by_its_value(settings):
    settings.FIELD_KEYS = [OLD]
    stored = encrypt("张三", "a.b")
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(KeyMissing, match=stored.split(":")[1]) as missing:
        decrypt(stored, "a.b")
    assert OLD not in str(missing.value)


def test_a_blind_index_finds_equal_values_of_one_purpose_only(settings):
    assert blind_index("138 1234 1234", "phone") == blind_index("１３８-1234-1234", "phone")
    assert blind_index("42010619900101123x", "id") == blind_index("42010619900101123X", "id")
    assert blind_index("13812341234", "phone") != blind_index("13812341234", "bank")
    assert len(blind_index("1", "phone")) == 64
    assert blind_index("  ", "phone") == ""
    before = blind_index("1", "phone")
    settings.BLIND_INDEX_KEY = NEW
    assert blind_index("1", "phone") != before


@pytest.fixture
def letter(db, settings):
    """A model with one encrypted field, in a table of its own."""
    settings.FIELD_KEYS = [OLD]
    with isolate_apps("core"):

        class Letter(models.Model):  # noqa: DJ008
            id = models.IntegerField(primary_key=True)
            body = secrets.EncryptedTextField(blank=True, null=True, klass="internal")

            class Meta:
                app_label = "core"
                db_table = "letter_of_a_test"

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE letter_of_a_test (id integer PRIMARY KEY, body text)")
    return Letter


def stored(pk):
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM letter_of_a_test WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def test_a_field_is_encrypted_in_the_database_and_plain_in_python(letter):
    letter.objects.create(id=1, body="账号 6222")
    assert stored(1).startswith("g1:")
    assert "6222" not in stored(1)
    assert letter.objects.get(id=1).body == "账号 6222"
    letter.objects.filter(id=1).update(body="另一个")
    assert stored(1).startswith("g1:")
    assert letter.objects.values_list("body", flat=True).get() == "另一个"


def test_nothing_stays_nothing(letter):
    letter.objects.create(id=1, body="")
    letter.objects.create(id=2, body=None)
    assert (stored(1), stored(2)) == ("", None)
    assert letter.objects.filter(body__isnull=True).count() == 1


@pytest.mark.parametrize("lookup", ["body", "body__contains", "body__in", "body__startswith"])
def test_an_encrypted_field_cannot_be_searched(letter, lookup):
    with pytest.raises(FieldError, match="blind index"):
        letter.objects.filter(**{lookup: "x"}).count()


def test_a_field_tells_its_class(letter):
    assert klass_of(letter._meta.get_field("body")) == "internal"
    assert klass_of(letter._meta.get_field("id")) == "public"
    *_, kwargs = letter._meta.get_field("body").deconstruct()
    assert kwargs["klass"] == "internal"
    with pytest.raises(ValueError, match="sensitive"):
        secrets.EncryptedTextField(klass="secret")


def test_rotation_can_be_stopped_and_taken_up_again(letter, settings):
    for pk in range(1, 8):
        letter.objects.create(id=pk, body=f"第{pk}封" if pk != 4 else "")
    settings.FIELD_KEYS = [NEW, OLD]
    field = letter._meta.get_field("body")
    assert next(rotate(letter, field, batch=2)) == 2
    assert stored(1).startswith(secrets.primary_prefix())
    assert not stored(7).startswith(secrets.primary_prefix())
    assert sum(rotate(letter, field, batch=2)) == 4
    assert sum(rotate(letter, field)) == 0
    settings.FIELD_KEYS = [NEW]
    assert [one.body for one in letter.objects.order_by("id")] == [
        "第1封",
        "第2封",
        "第3封",
        "",
        "第5封",
        "第6封",
        "第7封",
    ]


def test_the_command_says_what_it_did_and_stops_at_a_key_it_does_not_have(letter, settings, monkeypatch):
    command = importlib.import_module("core.management.commands.rotate_keys")
    monkeypatch.setattr(command, "encrypted_fields", lambda: [(letter, letter._meta.get_field("body"))])
    letter.objects.create(id=1, body="甲")
    letter.objects.create(id=2, body="乙")
    settings.FIELD_KEYS = [NEW, OLD]
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert "core.letter.body: 2" in out.getvalue()
    settings.FIELD_KEYS = [OLD]
    with pytest.raises(CommandError, match="needs the field key"):
        call_command("rotate_keys", stdout=out)
