"""The year: whole on SQLite with two workers, ten applications of it on either engine, the same each time."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config.world.year.play import play
from config.world.year.report import fingerprint, table, write_folder
from config.world.year.workers import Inline
from core.audit import verify
from core.audit.digest import sha256

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = Path(__file__).with_name("small_year.json")
REFUSED = {
    *("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B11"),
    *("C1", "late", "one_proposal_per_applicant"),
}
KINDS = (
    *("申报书", "受理回执", "评分汇总表", "公示稿", "立项通知书", "资助协议"),
    *("拨款通知", "结项证书", "归档目录"),
)


def rows_of(printed: str, first: str) -> dict[str, list[str]]:
    """Read one of the two tables: name of the row -> its cells."""
    lines = printed.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{first}\t"))
    found = {}
    for line in lines[start + 1 :]:
        name, *cells = line.split("\t")
        if not cells:
            break
        found[name] = cells
    return found


def fen(text: str) -> int:
    return round(float(text.replace(",", "")) * 100)


@pytest.mark.year
@pytest.mark.whole_year
@pytest.mark.slow
@pytest.mark.sqlite_only
def test_the_whole_year_is_played_and_every_yuan_adds_up(database_template, tmp_path):
    shutil.copy(database_template, tmp_path / "db.sqlite3")
    env = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DEMO": "on", "DOORBELL": "off"}
    command = [sys.executable, "manage.py", "run_year", "--workers", "2", "--out", str(tmp_path / "papers")]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    check_table(done.stdout)
    assert set(KINDS) <= {path.name for path in (tmp_path / "papers").iterdir()}
    assert len(list((tmp_path / "papers" / "申报书").iterdir())) >= 130
    refused = next(line for line in done.stdout.splitlines() if line.startswith("拒收："))
    assert {part.split()[0] for part in refused.removeprefix("拒收：").split("，")} >= REFUSED
    assert " 0 failed" in done.stdout
    check_archives(tmp_path / "papers" / "归档")


def check_table(printed: str) -> None:
    """At least 130 applied and 50 funded; budget = left + funded, funded = released + recovered + kept."""
    categories, sources = rows_of(printed, "类别"), rows_of(printed, "来源")
    heads = next(line for line in printed.splitlines() if line.startswith("类别\t")).split("\t")
    assert {len(cells) + 1 for cells in categories.values()} == {len(heads)}
    for name, cells in categories.items():
        applied, eligible, scored, funded, closed = map(int, cells[:5])
        budget, left, granted, released, paid, recovered, kept = map(fen, cells[5:])
        assert applied >= eligible >= scored >= funded >= closed, name
        assert budget == left + granted and granted == released + paid and paid == recovered + kept, name
    total = categories["合计"]
    assert int(total[0]) >= 130 and int(total[3]) >= 50
    assert fen(total[5]) == 100_000_000 and fen(total[10]) > 0
    assert fen(categories["青少年帮扶"][10]) > 500_000, (
        "the terminated project gave back what it had not spent"
    )
    for name, cells in sources.items():
        given, *parts = map(fen, cells)
        assert given == sum(parts), name
    assert fen(sources["合计"][3]) == fen(total[11])


def check_archives(folder: Path) -> None:
    """Every archive opens, and each paper has the hash that its catalogue says."""
    packs = sorted(folder.glob("*.zip"))
    assert len(packs) >= 50
    for path in packs[::10]:
        with zipfile.ZipFile(path) as pack:
            name = next(one for one in pack.namelist() if one.endswith(".csv"))
            listed = list(csv.DictReader(io.StringIO(pack.read(name).decode("utf-8-sig"))))
            assert len(listed) > 20
            hashes = {sha256(pack.read(one)) for one in pack.namelist()}
            assert {row["SHA-256"] for row in listed} <= hashes, path.name


@pytest.mark.year
def test_ten_applications_give_the_same_on_every_engine_and_every_time(own_database, settings, tmp_path):
    settings.DEMO, settings.FILES_ROOT = True, tmp_path / "files"
    settings.ANCHOR_DIR = tmp_path / "anchors"
    lines: list[str] = []
    stage = play(2026, lines.append, Inline(), small=True)
    found = fingerprint(stage.round, stage.notes["panel"])
    assert verify.problems() == []
    assert "合计\t9\t9\t9\t7\t7" in table(stage.round)
    counts = write_folder(stage.round, tmp_path / "papers")
    assert set(KINDS) <= set(counts)
    said = (
        f"rules or content changed what seed 2026 gives; if meant, keep in {GOLDEN.name}: {json.dumps(found)}"
    )
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8")), said
