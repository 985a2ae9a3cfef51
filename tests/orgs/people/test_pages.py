"""One's own account on a page: interests, stand-ins, contact, sessions; the whole of it over HTTP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from core.policy import Role
from orgs.people import services
from orgs.people.models import Body, Delegation, HandOver, Interest, Membership, Person, User
from tests.orgs.builders import NOW, PASSWORD, House, a_body, a_user, actor, browser, seat
from tests.orgs.pressing import as_, forms, press, queries, text, went

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def house(bureau):
    return House()


class TestOnesOwnAccount:
    def test_everybody_signed_in_has_one_and_nobody_else(self, bureau, house):
        for user in (*bureau.users.values(), house.admin_user, a_user("没有岗位的人")):
            shown = text(browser(user).get("/account/"))
            assert user.person.name in shown and user.person.phone not in shown
        assert Client().get("/account/").status_code == 302
        assert Client().get("/account/do/declare/").status_code == 302

    def test_it_takes_few_queries(self, bureau):
        client = as_(bureau, "leader")
        client.get("/account/")
        assert queries(client, "/account/") <= 20

    def test_an_interest_is_declared_and_ended(self, bureau, house):
        client = as_(bureau, "clerk")
        for body, says in (("没有这家", "没有找到这个单位"), ("", "field--error")):
            wrong = press(client, "/account/", "declare", body=body, kind="kin")
            assert wrong.status_code == 422 and says in text(wrong)
        backwards = {"valid_from": "2026-05-01", "valid_to": "2026-04-01"}
        wrong = press(client, "/account/", "declare", body=house.body.name, kind="kin", **backwards)
        assert wrong.status_code == 422 and "早于开始日期" in text(wrong)
        went(press(client, "/account/", "declare", body=house.body.name, kind="kin", note="表兄"))
        interest = Interest.objects.get()
        assert client.get(house.entry.get_absolute_url()).status_code == 404, "recusal at once"
        ending = {"interest": interest.public_id, "on": "2026-04-09", "reason": "已离任"}
        went(press(client, "/account/", "end_interest", **ending))
        with time_machine.travel(NOW + timedelta(days=1)):
            assert as_(bureau, "clerk").get(house.entry.get_absolute_url()).status_code == 200

    def test_an_interest_of_another_is_not_ended(self, bureau, house):
        services.declare_interest(
            person_id=bureau.users["clerk"].person_id,
            body_id=house.body.pk,
            kind="kin",
            by=bureau.clerk,
            now=NOW,
        )
        interest = Interest.objects.get()
        answer = as_(bureau, "leader").post(
            "/account/do/end_interest/", {"interest": interest.public_id, "on": "2026-04-09", "reason": "x"}
        )
        assert answer.status_code == 422
        interest.refresh_from_db()
        assert interest.valid_to is None

    def test_the_leader_lends_the_role_and_takes_it_back(self, bureau):
        leader, deputy = as_(bureau, "leader"), a_user("副局长")
        seat(deputy, bureau.committee, Role.LEADER)
        role = Membership.objects.get(user=bureau.users["leader"])
        lent = {"role": role.public_id, "delegate": deputy.public_id, "valid_from": "2026-04-10"}
        unwritten = press(leader, "/account/", "delegate", **lent, valid_to="2026-04-14", document=" ")
        assert unwritten.status_code == 422
        past = press(leader, "/account/", "delegate", **lent, valid_to="2026-04-01", document="委托书1号")
        assert past.status_code == 422 and "早于开始日期" in text(past)
        went(press(leader, "/account/", "delegate", **lent, valid_to="2026-04-14", document="委托书1号"))
        assert actor(deputy).grants[-1].delegation_id == Delegation.objects.get().pk
        assert "委托书1号" in text(browser(deputy).get("/account/"))
        assert "即将到期的授权代理" in text(leader.get("/desk/"))
        given = Delegation.objects.get()
        went(press(leader, "/account/", "revoke_delegation", delegation=given.public_id, reason="提前返岗"))
        assert [grant.delegation_id for grant in actor(deputy).grants] == [None]
        assert "revoke_delegation" not in forms(leader, "/account/")

    def test_the_role_of_another_is_not_lent(self, bureau):
        theirs = Membership.objects.get(user=bureau.users["leader"])
        answer = as_(bureau, "clerk").post("/account/do/delegate/", {
            "role": theirs.public_id, "delegate": bureau.users["section_chief"].public_id,
            "valid_from": "2026-04-10", "valid_to": "2026-04-14", "document": "x",
        })  # fmt: skip
        assert answer.status_code == 422 and not Delegation.objects.exists()

    def test_contact_changes_and_this_browser_stays_signed_in(self, bureau):
        client = as_(bureau, "clerk")
        elsewhere = as_(bureau, "clerk")
        bad = press(client, "/account/", "contact", phone="12", email="zhou@example.org")
        assert bad.status_code == 422 and "11位" in text(bad) and "zhou@example.org" in text(bad)
        old = bureau.users["clerk"].person.phone
        went(press(client, "/account/", "contact", phone="", email="zhou@example.org"))
        assert client.get("/account/").status_code == 200
        assert elsewhere.get("/account/").status_code == 302
        person = Person.objects.get(user=bureau.users["clerk"])
        assert (person.phone, person.email) == (old, "zhou@example.org")

    def test_signing_out_everywhere_ends_this_session_too(self, bureau):
        client = as_(bureau, "clerk")
        went(press(client, "/account/", "sign_out"))
        assert client.get("/account/").status_code == 302

    def test_applicants_are_offered_no_delegation(self, house):
        assert "delegate" not in forms(browser(house.admin_user), "/account/")


class TestAccounts:
    def test_who_sees_them(self, bureau, house):
        open_to = {role for role in bureau.users if as_(bureau, role).get("/people/").status_code == 200}
        assert open_to == {"system_admin", "security_admin", "audit_admin", "section_chief"}
        address = house.admin_user.person.get_absolute_url()
        assert as_(bureau, "security_admin").get(address).status_code == 200
        for client in (as_(bureau, "clerk"), browser(house.admin_user), browser(a_user("路人"))):
            assert client.get(address).status_code == 404
        assert Client().get("/people/").status_code == 302

    def test_who_decides_does_not_learn_who_judges(self, bureau):
        expert = a_user("评审某")
        seat(expert, bureau.committee, "expert")
        leader, clerk = as_(bureau, "leader"), as_(bureau, "clerk")
        for address in ("/account/", "/roles/", "/handovers/new/", bureau.committee.get_absolute_url()):
            assert "评审某" not in text(leader.get(address)), address
        assert "评审某" not in text(clerk.get("/account/"))
        assert leader.get("/people/").status_code == 403

    def test_interests_are_not_for_administrators(self, bureau, house):
        person = bureau.users["clerk"].person
        services.declare_interest(
            person_id=person.pk, body_id=house.body.pk, kind="kin", note="表兄", by=bureau.clerk, now=NOW
        )
        page = person.get_absolute_url()
        assert "表兄" in text(as_(bureau, "section_chief").get(page))
        assert "表兄" not in text(as_(bureau, "security_admin").get(page))

    def test_the_list_is_masked_and_takes_the_same_queries(self, bureau, house):
        client = as_(bureau, "system_admin")
        client.get("/people/")
        one = queries(client, "/people/")
        users = [a_user("某甲"), a_user("某乙")]
        assert queries(client, "/people/") == one <= 12
        shown = text(client.get("/people/"))
        assert all(user.person.phone not in shown for user in users)
        assert "某甲" not in text(client.get("/people/?role=clerk"))
        assert client.get("/people/?q=%27%22%00&page=999&status=x").status_code == 200

    def test_an_account_is_stopped_and_started_again(self, bureau):
        target = a_user("离职的人", password=PASSWORD)
        page, security, theirs = (
            target.person.get_absolute_url(),
            as_(bureau, "security_admin"),
            browser(target),
        )
        assert theirs.get("/account/").status_code == 200
        assert press(security, page, "disable", reason="").status_code == 422
        went(press(security, page, "disable", reason="离职"))
        assert theirs.get("/account/").status_code == 302, "the open session is gone"
        went(press(security, page, "enable", reason="返聘"))
        assert User.objects.get(pk=target.pk).is_active
        went(press(security, page, "sign_out"))

    def test_nobody_stops_oneself(self, bureau):
        page = bureau.users["security_admin"].person.get_absolute_url()
        security = as_(bureau, "security_admin")
        assert "disable" not in forms(security, page)
        assert security.post(f"{page}do/disable/", {"reason": "x"}).status_code == 403

    def test_a_person_is_registered_gets_an_account_and_a_role(self, bureau):
        system, security = as_(bureau, "system_admin"), as_(bureau, "security_admin")
        fields = {"name": "新来的", "phone": "13900000077"}
        wrong = system.post("/people/new/", fields | {"id_number": "11010519491231002O"})
        assert wrong.status_code == 422 and "身份证号" in text(wrong)
        page = went(system.post("/people/new/", fields))
        went(press(system, page, "open"))
        went(press(system, page, "contact", email="new@example.org"))
        asked = went(
            press(system, page, "request_role", body=bureau.section.public_id, role="clerk", reason="增员")
        )
        assert "待批准的岗位" in text(security.get("/desk/"))
        assert "approve" not in forms(system, asked)
        went(press(security, asked, "approve"))
        assert actor(User.objects.get(person__name="新来的")).has(Role.CLERK)

    def test_an_impossible_role_is_refused_with_the_reason(self, bureau):
        page = bureau.users["clerk"].person.get_absolute_url()
        answer = press(as_(bureau, "section_chief"), page, "request_role", body=bureau.finance.public_id,
                       role="supervisor", reason="x")  # fmt: skip
        assert answer.status_code == 422 and "不相容" in text(answer)


class TestRoles:
    def ask(self, bureau, user, role="finance_clerk"):
        return services.request_role(
            user_id=user.pk, body_id=bureau.finance.pk, role=role, by=bureau.section_chief, now=NOW
        )

    def test_one_asks_another_turns_down_or_ends(self, bureau):
        security = as_(bureau, "security_admin")
        asked = self.ask(bureau, a_user("甲"))
        assert press(security, asked.get_absolute_url(), "reject", reason="").status_code == 422
        went(press(security, asked.get_absolute_url(), "reject", reason="编制已满"))
        held = Membership.objects.get(user=bureau.users["finance_clerk"])
        went(press(security, held.get_absolute_url(), "end", reason="调离", last_day="2026-04-10"))
        held.refresh_from_db()
        assert (held.state, held.valid_to) == ("ended", date(2026, 4, 10))

    def test_the_last_administrator_hands_over_first(self, bureau):
        held = Membership.objects.get(role="audit_admin")
        answer = press(as_(bureau, "security_admin"), held.get_absolute_url(), "end", reason="调离")
        assert answer.status_code == 422 and "最后一人" in text(answer)

    def test_who_sees_a_role(self, bureau, house):
        own = Membership.objects.get(user=house.admin_user)
        office = Membership.objects.get(user=bureau.users["clerk"])
        client = browser(house.admin_user)
        assert client.get(own.get_absolute_url()).status_code == 200
        assert client.get(office.get_absolute_url()).status_code == 404
        assert as_(bureau, "clerk").get(office.get_absolute_url()).status_code == 200, "one's own"
        assert as_(bureau, "clerk").get(own.get_absolute_url()).status_code == 404
        shown = text(client.get("/roles/"))
        assert house.admin_user.person.name in shown and "周经办" not in shown

    def test_the_list_takes_the_same_queries(self, bureau):
        client = as_(bureau, "security_admin")
        self.ask(bureau, a_user("甲"))
        client.get("/roles/?state=requested")
        one = queries(client, "/roles/?state=requested")
        self.ask(bureau, a_user("乙")), self.ask(bureau, a_user("丙"))
        assert queries(client, "/roles/?state=requested") == one <= 12

    def test_a_house_ends_the_role_of_its_own_editor(self, bureau, house):
        editor = a_user("小编")
        held = seat(editor, house.body, "applicant_editor")
        went(press(browser(house.admin_user), held.get_absolute_url(), "end", reason="离职"))
        assert not actor(editor).grants
        rival = House("武昌区邻里互助社")
        assert browser(rival.admin_user).get(held.get_absolute_url()).status_code == 404


class TestHandOvers:
    def test_it_is_asked_for_and_carried_out_by_another(self, bureau):
        chief, security, heir = as_(bureau, "section_chief"), as_(bureau, "security_admin"), a_user("接手的")
        seat(heir, bureau.section, "clerk", round_code="WCCT-2025")
        fields = {"from_user": bureau.users["clerk"].public_id, "on": "2026-04-10", "reason": "调离"}
        same = chief.post("/handovers/new/", fields | {"to_user": bureau.users["clerk"].public_id})
        assert same.status_code == 422 and "不能是同一人" in text(same)
        bad = chief.post("/handovers/new/", fields | {"to_user": heir.public_id, "on": "2026-06-31"})
        assert bad.status_code == 422 and "没有这一天" in text(bad)
        page = went(chief.post("/handovers/new/", fields | {"to_user": heir.public_id}))
        assert "carry_out" not in forms(chief, page)
        assert "待批准的工作交接" in text(security.get("/desk/"))
        went(press(security, page, "carry_out"))
        assert actor(heir).has(Role.CLERK) and not actor(bureau.users["clerk"]).has(Role.CLERK)

    def test_it_is_refused_with_a_reason(self, bureau):
        heir = a_user("接手的")
        seat(heir, bureau.section, "clerk", round_code="WCCT-2025")
        move = services.request_handover(
            from_user_id=bureau.users["clerk"].pk, to_user_id=heir.pk, on=date(2026, 4, 20), reason="调离",
            by=bureau.section_chief, now=NOW,
        )  # fmt: skip
        security = as_(bureau, "security_admin")
        went(press(security, move.get_absolute_url(), "refuse", reason="年终再办"))
        assert HandOver.objects.get().state == "refused"
        assert "接手的" in text(security.get("/handovers/"))
        assert browser(a_user("路人")).get(move.get_absolute_url()).status_code == 404
        assert as_(bureau, "clerk").get("/handovers/").status_code == 403

    def test_a_house_hands_over_within_itself(self, bureau, house):
        heir = a_user("新负责")
        seat(heir, house.body, "applicant_editor")
        own = browser(house.admin_user)
        fields = {"from_user": house.admin_user.public_id, "to_user": heir.public_id, "on": "2026-04-10",
                  "reason": "换届"}  # fmt: skip
        outside = own.post("/handovers/new/", fields | {"from_user": bureau.users["clerk"].public_id})
        assert outside.status_code == 422
        page = went(own.post("/handovers/new/", fields | {"body": house.body.public_id}))
        went(press(own, page, "carry_out"))
        assert actor(heir).has(Role.APPLICANT_ADMIN)


class TestInvitations:
    def test_the_asked_one_is_sent_by_another_and_taken_back(self, bureau):
        chief, security = as_(bureau, "section_chief"), as_(bureau, "security_admin")
        page = bureau.section.get_absolute_url()
        nobody = press(chief, page, "ask", role="clerk", name="新经办")
        assert nobody.status_code == 422 and "手机号或电子邮箱" in text(nobody)
        asked = went(press(chief, page, "ask", role="clerk", name="新经办", email="new@example.org"))
        assert "send" not in forms(chief, asked)
        went(press(security, asked, "send"))
        assert "/accounts/invitation/" in text(security.get(asked))
        assert press(security, asked, "revoke", reason="").status_code == 422
        went(press(chief, asked, "revoke", reason="不来了"))
        assert "已撤回" in text(security.get("/invitations/"))
        assert browser(a_user("路人")).get(asked).status_code == 404

    def test_one_that_lapsed_is_on_the_desk_of_who_asked(self, bureau, house):
        made = services.invite(
            body_id=house.body.pk, role="applicant_editor", name="迟来的", phone="13900000044",
            by=house.admin, now=NOW,
        )  # fmt: skip
        with time_machine.travel(NOW.replace(day=28)):
            own = browser(house.admin_user)
            assert "/invitations/?state=expired" in text(own.get("/desk/"))
            assert "迟来的" in text(own.get("/invitations/?state=expired"))
            assert "迟来的" not in text(own.get("/invitations/?state=sent"))
            went(press(own, made.get_absolute_url(), "revoke", reason="重发"))

    def test_the_list_takes_the_same_queries(self, bureau, house):
        def one(phone):
            services.invite(
                body_id=house.body.pk,
                role="applicant_editor",
                name="某人",
                phone=phone,
                by=house.admin,
                now=NOW,
            )

        client = as_(bureau, "security_admin")
        one("13900000051")
        client.get("/invitations/")
        few = queries(client, "/invitations/")
        one("13900000052"), one("13900000053")
        assert queries(client, "/invitations/") == few <= 12


class TestBodies:
    def test_one_is_made_and_edited(self, bureau):
        client = as_(bureau, "clerk")
        fields = {"kind": "department", "name": "区残联", "parent": bureau.committee.public_id}
        assert client.post("/bodies/new/", fields | {"name": " "}).status_code == 422
        assert client.post("/bodies/new/", fields | {"kind": "social_organisation"}).status_code == 422
        page = went(client.post("/bodies/new/", fields))
        made = Body.objects.get(name="区残联")
        assert made.parent == bureau.committee
        own = press(client, page, "edit", name="区残联", parent=made.public_id)
        assert own.status_code == 422 and "不能是本单位" in text(own)
        went(press(client, page, "edit", name="区残疾人联合会", short_name="区残联", reason="更名"))
        made.refresh_from_db()
        assert (made.name, made.parent) == ("区残疾人联合会", None)

    def test_a_registered_name_is_not_changed_here(self, bureau, house):
        name = house.body.name
        client = as_(bureau, "clerk")
        went(press(client, house.body.get_absolute_url(), "edit", name="偷换", short_name="夕阳红"))
        house.body.refresh_from_db()
        assert (house.body.name, house.body.short_name) == (name, "夕阳红")

    def test_a_role_is_asked_for_on_the_page_of_the_body(self, bureau):
        operator = a_body("operator", "某社工机构")
        manager, colleague = a_user("承办负责"), a_user("承办同事")
        seat(manager, operator, "operator")
        client = browser(manager)
        page = operator.get_absolute_url()
        unknown = press(client, page, "role", login="13999999999", role="operator", reason="x")
        assert unknown.status_code == 422 and "没有这个账号" in text(unknown)
        fields = {"login": colleague.person.phone, "role": "operator", "reason": "增员"}
        asked = went(press(client, page, "role", **fields))
        assert Membership.objects.get(user=colleague).get_absolute_url() == asked
        other = a_body("operator", "另一机构")
        assert "role" not in forms(client, other.get_absolute_url())
        assert client.post(f"{other.get_absolute_url()}do/role/", fields).status_code == 403

    def test_who_sees_them(self, bureau, house):
        assert as_(bureau, "clerk").get("/bodies/").status_code == 200
        assert browser(house.admin_user).get("/bodies/").status_code == 403
        assert browser(house.admin_user).get(house.body.get_absolute_url()).status_code == 200
        assert browser(house.admin_user).get(bureau.section.get_absolute_url()).status_code == 404
        assert Client().get("/bodies/").status_code == 302

    def test_the_list_takes_the_same_queries(self, bureau):
        client = as_(bureau, "clerk")
        client.get("/bodies/")
        one = queries(client, "/bodies/")
        a_body("section", "一科", parent=bureau.committee), a_body("section", "二科", parent=bureau.committee)
        assert queries(client, "/bodies/") == one <= 12
