"""The log on pages: read by those who watch, checked by the worker, anchored outside."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from core import clock
from core.audit.anchors import drop_anchor
from core.audit.models import Entry
from core.audit.selectors import entries_of, todo_for
from core.jobs.models import Job
from core.jobs.queue import drain
from orgs.people import services
from orgs.people.models import Person
from tests.orgs.builders import NOW, Bureau, House, a_body, a_user, browser, seat
from tests.orgs.pressing import as_, queries, text, went

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def bureau():
    return Bureau()


@pytest.fixture
def auditor(bureau):
    user = a_user("审计员")
    seat(user, a_body("audit_firm", "某会计师事务所"), "auditor")
    return user


@pytest.fixture
def anchored(settings, tmp_path):
    settings.ANCHOR_DIR = tmp_path
    return tmp_path


class TestWhoReads:
    PAGES = ("/log/", "/log/verify/")

    def test_only_those_who_watch(self, bureau, auditor):
        readers = {role for role in bureau.users if as_(bureau, role).get("/log/").status_code == 200}
        assert readers == {"audit_admin", "supervisor"}
        assert browser(auditor).get("/log/").status_code == 200
        house = House()
        for address in self.PAGES:
            assert browser(house.admin_user).get(address).status_code == 403
            assert Client().get(address).status_code == 302

    def test_an_entry_is_not_found_for_others(self, bureau):
        address = Entry.objects.first().get_absolute_url()
        assert as_(bureau, "audit_admin").get(address).status_code == 200
        assert as_(bureau, "system_admin").get(address).status_code == 404
        assert browser(a_user("路人")).get(address).status_code == 404
        assert as_(bureau, "audit_admin").get("/log/no-such-hash/").status_code == 404

    def test_the_log_is_only_read(self, bureau):
        client = as_(bureau, "audit_admin")
        assert client.post("/log/").status_code == 405
        assert client.post(Entry.objects.first().get_absolute_url()).status_code == 405


class TestTheList:
    def rows(self, client, **asked):
        answer = client.get("/log/", asked)
        assert answer.status_code == 200
        return answer.context["list"].page.paginator.count

    def test_it_tells_who_did_what_in_words(self, bureau):
        House("武昌区夕阳红社")
        target = a_user("某人")
        services.disable_account(user_id=target.pk, reason="离职", by=bureau.security_admin, now=NOW)
        shown = text(as_(bureau, "audit_admin").get("/log/"))
        assert "停用账号" in shown and "登记入册" in shown
        assert "安全管理员 管理员security_admin" in shown

    def test_it_is_narrowed_by_thing_step_role_and_day(self, bureau):
        client, house = as_(bureau, "audit_admin"), House()
        kind = "registry.socialorganisation"
        assert self.rows(client, object_type=kind) == entries_of(house.entry).count()
        assert self.rows(client, object_type=kind, object_id=house.entry.pk, verb="register") == 1
        assert self.rows(client, role="system") == Entry.objects.filter(actor_kind="system").count()
        assert self.rows(client, role="clerk") == Entry.objects.filter(role="clerk").count()
        day = f"{clock.local(NOW):%Y-%m-%d}"
        assert self.rows(client, day=day) == Entry.objects.count()
        assert self.rows(client, day=f"{clock.local(NOW + timedelta(days=1)):%Y-%m-%d}") == 0

    @pytest.mark.parametrize(
        "asked",
        [{"page": "999"}, {"verb": "\x00"}, {"verb": "' OR 1=1 --"}, {"object_id": "9" * 40},
         {"object_id": "-1"}, {"actor": "²"}, {"role": "king"}, {"object_type": "x"}],
    )  # fmt: skip
    def test_nonsense_is_answered_with_a_page(self, bureau, asked):
        self.rows(as_(bureau, "audit_admin"), **asked)

    def test_a_day_that_is_none_is_told(self, bureau):
        answer = as_(bureau, "audit_admin").get("/log/", {"day": "2026-06-31"})
        assert answer.status_code == 200 and "看不懂" in text(answer)

    def test_it_takes_the_same_queries_for_many_rows(self, bureau):
        client = as_(bureau, "audit_admin")
        services.create_body(kind="section", name="一科", by=bureau.clerk, now=NOW)
        client.get("/log/?role=clerk")
        one = queries(client, "/log/?role=clerk")
        services.create_body(kind="section", name="二科", by=bureau.clerk, now=NOW)
        services.create_body(kind="section", name="三科", by=bureau.clerk, now=NOW)
        assert self.rows(client, role="clerk") == 3
        assert queries(client, "/log/?role=clerk") == one <= 12

    def test_the_export_opens(self, bureau):
        answer = as_(bureau, "audit_admin").get("/log/?export=xlsx&object_type=people.membership")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        kept = Entry.objects.filter(object_type="people.membership")
        assert {row[-1].value for row in sheet.iter_rows(min_row=2)} == set(
            kept.values_list("hash", flat=True)
        )


class TestAnEntry:
    def test_it_shows_reason_chain_and_neighbours(self, bureau):
        target = a_user("某人")
        services.disable_account(user_id=target.pk, reason="离职交回", by=bureau.security_admin, now=NOW)
        entry = Entry.objects.get(verb="disable_account")
        shown = text(as_(bureau, "supervisor").get(entry.get_absolute_url()))
        for words in ("离职交回", entry.hash, entry.prev_hash, "该对象的前一条"):
            assert words in shown
        assert target.person.phone not in shown

    def test_the_thing_is_linked_for_those_who_may_have_its_page(self, bureau):
        target = a_user("某人")
        entry = Entry.objects.filter(object_type="people.person", object_id=target.person_id).first()
        link = f'href="{target.person.get_absolute_url()}"'
        assert link not in text(as_(bureau, "supervisor").get(entry.get_absolute_url()))
        assert link in text(as_(bureau, "audit_admin").get(entry.get_absolute_url()))

    def test_an_administrator_reads_no_reasons_of_the_business(self, bureau):
        target = a_user("某人")
        services.disable_account(user_id=target.pk, reason="离职交回", by=bureau.security_admin, now=NOW)
        entry = Entry.objects.get(verb="disable_account")
        shown = text(as_(bureau, "audit_admin").get(entry.get_absolute_url()))
        assert "离职交回" not in shown and entry.hash in shown and "理由属于业务内容" in shown


class TestVerifying:
    def test_the_worker_checks_everything_and_the_page_tells(self, bureau):
        client = as_(bureau, "audit_admin")
        assert "日志全面校验" in text(client.get("/desk/"))
        went(client.post("/log/verify/run/"))
        assert "停止处理" in text(client.get("/log/verify/"))
        drain(now=clock.now)
        job = Job.objects.get()
        assert job.stage == "done" and job.result["wrong"] == 0, job.error
        assert len(job.result["checks"]) > 20
        assert "全部通过" in text(client.get("/log/verify/"))
        assert todo_for(bureau.audit_admin, now=NOW) == []
        assert [todo.count for todo in todo_for(bureau.audit_admin, now=NOW + timedelta(days=8))] == [1]

    def test_what_is_wrong_is_named(self, bureau):
        Person.objects.filter(name="周经办").update(name="偷改")
        client = as_(bureau, "audit_admin")
        went(client.post("/log/verify/run/"))
        drain(now=clock.now)
        shown = text(client.get("/log/verify/"))
        assert "项有问题" in shown and "people.person" in shown
        assert "日志校验发现问题的项目" in text(client.get("/desk/"))

    def test_asking_while_one_runs_gives_the_same(self, bureau):
        client = as_(bureau, "audit_admin")
        went(client.post("/log/verify/run/")), went(client.post("/log/verify/run/"))
        assert Job.objects.count() == 1
        assert "另一人发起的校验" in text(as_(bureau, "supervisor").get("/log/verify/"))

    def test_it_can_be_stopped(self, bureau):
        client = as_(bureau, "audit_admin")
        went(client.post("/log/verify/run/"))
        client.post(f"/jobs/{Job.objects.get().public_id}/cancel", {"next": "/log/verify/"})
        drain(now=clock.now)
        shown = text(client.get("/log/verify/"))
        assert "已停止" in shown and "还没有校验过" in shown

    def test_others_do_not_start_it(self, bureau):
        assert as_(bureau, "clerk").post("/log/verify/run/").status_code == 403
        assert not Job.objects.exists()


class TestAnchors:
    def test_they_are_compared_with_the_chain(self, bureau, anchored):
        path = drop_anchor(NOW)
        client = as_(bureau, "audit_admin")
        shown = text(client.get("/log/verify/"))
        assert path.name in shown and "一致" in shown
        path.chmod(0o600)
        path.write_text(path.read_text().replace('"seq": ', '"seq": 1'))
        assert "签名不符" in text(client.get("/log/verify/"))
