"""The import on pages: template, preview, the worker, its progress, and files that are no tables."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from core import clock
from core.files.models import FileRef
from core.jobs.models import Job
from core.jobs.queue import drain
from core.sheets import Sheet, write_xlsx
from orgs.registry import services
from orgs.registry.models import SocialOrganisation
from orgs.registry.services.imports import COLUMNS
from tests.orgs.builders import NOW, House, a_user, browser, seat
from tests.orgs.pressing import as_, text, went

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
NEW = "52420106MJH0000278"
KIND = "社会服务机构（民办非企业单位）"


def row(uscc=NEW, name="武昌区新来服务中心", **fields):
    return {"uscc": uscc, "name": name, "org_type": KIND, "founded_on": date(2020, 1, 2)} | fields


def book(*rows):
    return write_xlsx([Sheet("社会组织", COLUMNS, rows)])


def upload(client, data, name="名册.xlsx"):
    return client.post("/registry/import/", {"sheet": SimpleUploadedFile(name, data)})


def confirm(client, page):
    digest = re.search(r'name="digest" value="(\w+)"', text(client.get(page)))
    assert digest
    return went(client.post(page, {"digest": digest[1]}))


def test_the_template_has_the_titles_that_an_import_looks_for(bureau):
    answer = as_(bureau, "clerk").get("/registry/import/template/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]] == [column.title for column in COLUMNS]


def test_it_is_previewed_confirmed_and_imported_by_the_worker(bureau):
    client = as_(bureau, "clerk")
    data = book(
        row(),
        row("52420106MJHOOO0350", "字母当数字"),
        row(
            "52420106MJH00006XG",
            "",
        ),
    )
    page = went(upload(client, data))
    shown = text(client.get(page))
    assert "武昌区新来服务中心" in shown and "第 3 行" in shown and "第 4 行" in shown
    assert not SocialOrganisation.objects.exists(), "a preview writes nothing"
    confirm(client, page)
    confirm_again = Job.objects.get()
    assert "停止处理" in text(client.get(page))
    drain(now=clock.now)
    assert SocialOrganisation.objects.get().uscc == NEW
    shown = text(client.get(page))
    assert "新登记 1 家" in shown and "已完成" in shown
    confirm_again.refresh_from_db()
    assert confirm_again.result == {"new": 1, "changed": 0, "unchanged": 0}


def test_asking_twice_is_one_import(bureau):
    client = as_(bureau, "clerk")
    page = went(upload(client, book(row())))
    digest = re.search(r'name="digest" value="(\w+)"', text(client.get(page)))[1]
    for _ in range(2):
        went(client.post(page, {"digest": digest}))
    assert Job.objects.count() == 1


def test_it_can_be_stopped_before_anything_is_written(bureau):
    client = as_(bureau, "clerk")
    page = went(upload(client, book(row())))
    confirm(client, page)
    job = Job.objects.get()
    client.post(f"/jobs/{job.public_id}/cancel", {"next": page})
    drain(now=clock.now)
    assert not SocialOrganisation.objects.exists()
    shown = text(client.get(page))
    assert "没有保留任何结果" in shown
    confirm(client, page)
    drain(now=clock.now)
    assert SocialOrganisation.objects.count() == 1, "a stopped import may be asked for again"


def test_what_changed_since_the_preview_is_not_imported(bureau):
    client = as_(bureau, "clerk")
    page = went(upload(client, book(row())))
    confirm(client, page)
    services.register_organisation(
        name="武昌区抢先服务中心", uscc=NEW, org_type="service_institution", by=bureau.clerk, now=NOW
    )
    drain(now=clock.now)
    assert SocialOrganisation.objects.get().body.name == "武昌区抢先服务中心"
    assert "预览之后名册有变化" in text(client.get(page))


def test_who_lost_the_role_imports_nothing(bureau):
    client = as_(bureau, "clerk")
    page = went(upload(client, book(row())))
    confirm(client, page)
    bureau.users["clerk"].memberships.update(valid_to=date(2026, 1, 2))
    drain(now=clock.now)
    assert not SocialOrganisation.objects.exists()
    assert "已没有导入名册的岗位" in Job.objects.get().result["refused"]


def bomb():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(row()))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, old.read(entry))
        new.writestr("xl/media/big.xml", b"0" * 300_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "名册.xlsx", "0 字节"),
        (b"MZ\x90\x00" + b"\x00" * 200, "名册.xlsx", "不能上传"),
        (b"<html></html>", "名册.xlsx", "不能上传"),
        (b"a,b\n1,2\n", "名册.csv", "类型"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(bureau, data, name, says):
    answer = upload(as_(bureau, "clerk"), data, name)
    assert answer.status_code == 422 and says in text(answer)
    assert not FileRef.objects.exists()


def test_a_zip_bomb_is_refused(bureau):
    answer = upload(as_(bureau, "clerk"), bomb())
    assert answer.status_code == 422 and "没有读入" in text(answer)
    assert not FileRef.objects.exists()


def test_no_file_at_all_is_told(bureau):
    answer = as_(bureau, "clerk").post("/registry/import/", {})
    assert answer.status_code == 422 and "请选择要导入的表格" in text(answer)


def test_a_sheet_of_another_is_not_found_and_others_do_not_import(bureau):
    page = went(upload(as_(bureau, "clerk"), book(row())))
    other = a_user("另一经办")
    seat(other, bureau.section, "clerk")
    assert browser(other).get(page).status_code == 404
    house = House("武昌区老牌服务中心")
    for client in (browser(house.admin_user), as_(bureau, "leader"), as_(bureau, "system_admin")):
        assert client.get("/registry/import/").status_code == 403
        assert client.get(page).status_code == 403
