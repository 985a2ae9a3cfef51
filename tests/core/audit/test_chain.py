"""The log refuses to be rewritten; where the owner of the database rewrites it, verify says so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from core.audit import anchors, triggers, verify
from core.audit.digest import GENESIS, entry_hash
from core.audit.models import Entry, Head, Reason
from tests.core.specimen import services
from tests.core.specimen.models import Lamp


@pytest.fixture
def ledger(own_database, clerk, other_clerk, leader, noon, settings, tmp_path):
    """Ten entries about three lamps, with a reason in the fourth, and an anchor outside the database."""
    settings.ANCHOR_DIR = tmp_path / "anchors"
    lamps = [
        services.make_lamp(owner_id=7, label=name, by=clerk, now=noon) for name in ("门灯", "廊灯", "街灯")
    ]
    for minute, lamp in enumerate(lamps, start=1):
        services.light_lamp(
            lamp_id=lamp.pk,
            by=clerk,
            now=noon + timedelta(minutes=minute),
            reason=f"第{minute}次巡查要求开灯",
        )
    services.label_lamp(lamp_id=lamps[0].pk, label="大门灯", by=clerk, now=noon + timedelta(minutes=5))
    services.dim_lamp(lamp_id=lamps[1].pk, by=other_clerk, now=noon + timedelta(minutes=6))
    services.smash_lamp(lamp_id=lamps[2].pk, by=leader, now=noon + timedelta(minutes=7))
    services.label_lamp(lamp_id=lamps[1].pk, label="长廊灯", by=clerk, now=noon + timedelta(minutes=8))
    anchors.drop_anchor(noon + timedelta(minutes=9))
    assert Entry.objects.count() == 10
    assert verify.problems("chain", "states", "rows") == []
    return lamps


def owner_sql(*statements):
    """Do what the owner of the database can do: drop triggers, write, put them back."""
    with connection.cursor() as cursor:
        for model in triggers.append_only_models():
            table = model._meta.db_table
            for name in triggers._names(table).values():
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
        for statement, *params in statements:
            cursor.execute(statement, params)
    triggers.install()


def rechain(start):
    """Compute a new, consistent chain from an entry on, as a careful forger would."""
    before = Entry.objects.filter(seq__lt=start).order_by("-seq").first()
    prev = before.hash if before else GENESIS
    for entry in Entry.objects.filter(seq__gte=start).order_by("seq"):
        entry.prev_hash = prev
        entry.hash = prev = entry_hash(entry)
        owner_sql(
            (
                "UPDATE audit_entry SET prev_hash = %s, hash = %s WHERE seq = %s",
                entry.prev_hash,
                prev,
                entry.seq,
            )
        )
    owner_sql(("UPDATE audit_head SET hash = %s", prev))


def flip_a_role(lamps):
    owner_sql(("UPDATE audit_entry SET role = 'leader' WHERE seq = 5",))


def flip_a_time(lamps):
    owner_sql(("UPDATE audit_entry SET at = %s WHERE seq = 6", Entry.objects.get(seq=5).at))


def flip_a_payload(lamps):
    owner_sql(("UPDATE audit_entry SET payload = %s WHERE seq = 7", json.dumps({"length": 99})))


def delete_an_entry(lamps):
    owner_sql(("DELETE FROM audit_reason WHERE entry_id = 5",), ("DELETE FROM audit_entry WHERE seq = 5",))


def swap_two_entries(lamps):
    owner_sql(
        ("DELETE FROM audit_reason WHERE entry_id IN (7, 8)",),
        ("UPDATE audit_entry SET seq = 99 WHERE seq = 7",),
        ("UPDATE audit_entry SET seq = 7 WHERE seq = 8",),
        ("UPDATE audit_entry SET seq = 8 WHERE seq = 99",),
    )


def cut_off_the_tail(lamps):
    owner_sql(
        ("DELETE FROM audit_entry WHERE seq > 8",),
        ("UPDATE audit_head SET seq = 8, hash = %s", Entry.objects.get(seq=8).hash),
    )


def move_the_head(lamps):
    owner_sql(("UPDATE audit_head SET seq = 9",))


def rewrite_and_rechain(lamps):
    owner_sql(("UPDATE audit_entry SET actor_id = 5 WHERE seq = 4",))
    rechain(4)


def put_in_an_entry(lamps):
    row = Entry.objects.get(seq=10)
    row.seq, row.prev_hash, row.verb, row.target = 11, row.hash, "light", "lit"
    row.hash = entry_hash(row)
    Entry.objects.bulk_create([row])
    Head.objects.update(seq=11, hash=row.hash)


def change_a_state(lamps):
    owner_sql(("UPDATE specimen_lamp SET state = 'dark' WHERE id = %s", lamps[0].pk))


def change_a_field(lamps):
    owner_sql(("UPDATE specimen_lamp SET watts = 60 WHERE id = %s", lamps[0].pk))


def delete_a_record(lamps):
    owner_sql(("DELETE FROM specimen_lamp WHERE id = %s", lamps[2].pk))


def smuggle_in_a_record(lamps):
    now = Lamp.objects.get(pk=lamps[0].pk).state_since
    Lamp(owner_id=7, public_id="smuggled", state_since=now, created_at=now).save()


def change_the_words_of_a_reason(lamps):
    owner_sql(("UPDATE audit_reason SET text = '无' WHERE entry_id = 4",))


def forge_the_anchor(lamps):
    from django.conf import settings

    path = next(settings.ANCHOR_DIR.glob("*.json"))
    path.chmod(0o640)
    path.write_text(path.read_text().replace('"seq": 10', '"seq": 9'))


def leave_a_trigger_out(lamps):
    on = ' ON "audit_entry"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "audit_entry_no_delete"{on}')


TAMPERS = [
    (flip_a_role, "seq 5"),
    (flip_a_time, "seq 6"),
    (flip_a_payload, "seq 7"),
    (delete_an_entry, "seq 5"),
    (swap_two_entries, "seq 7"),
    (cut_off_the_tail, "seq 10"),
    (move_the_head, "seq 10"),
    (rewrite_and_rechain, "seq 10"),
    (put_in_an_entry, "第 11 条"),
    (change_a_state, "specimen.lamp:{0}"),
    (change_a_field, "specimen.lamp:{0}"),
    (delete_a_record, "specimen.lamp:{2}"),
    (smuggle_in_a_record, "specimen.lamp:{3}"),
    (change_the_words_of_a_reason, "seq 4"),
    (forge_the_anchor, "20260428T"),
    (leave_a_trigger_out, "audit_entry_no_delete"),
]


@pytest.mark.parametrize(("tamper", "named"), TAMPERS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_tamper_is_detected_and_named(ledger, tamper, named, capsys):
    named = named.format(*(lamp.pk for lamp in ledger), ledger[-1].pk + 1)
    tamper(ledger)
    with pytest.raises(SystemExit) as ended:
        call_command("verify")
    printed = capsys.readouterr().out
    assert ended.value.code == 1
    assert named in printed, printed


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET verb = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_rewrite_the_log(clerk, noon, statement):
    services.make_lamp(owner_id=7, by=clerk, now=noon)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_postgresql_refuses_to_truncate_the_log(clerk, noon):
    services.make_lamp(owner_id=7, by=clerk, now=noon)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE audit_entry CASCADE")


def test_verify_starts_where_it_is_told_and_runs_what_it_is_told(ledger, capsys):
    flip_a_role(ledger)
    call_command("verify", "--only", "I11", "--from", "6")
    with pytest.raises(SystemExit):
        call_command("verify", "--only", "chain")
    call_command("verify", "--only", "states")
    assert "FAIL I11 " in capsys.readouterr().out


def test_anchors_are_written_once_signed_and_read_only(ledger, noon, settings):
    path = anchors.drop_anchor(noon + timedelta(minutes=9))
    assert [found for _path, found in anchors.anchors()][0].seq == 10
    assert path.stat().st_mode & 0o222 == 0
    assert len(list(settings.ANCHOR_DIR.iterdir())) == 1


def test_reasons_are_kept_beside_the_chain(ledger):
    assert Reason.objects.count() == 3
