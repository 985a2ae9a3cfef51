"""Organisations and hosted groups enter the register, change, and leave it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core import events
from core.audit import verify
from core.audit.selectors import entries_of
from core.errors import Forbidden, NotNow, Refused, RulesBroken
from core.policy import SYSTEM
from orgs.people import services as people
from orgs.registry import selectors, services
from orgs.registry.events import HostChanged, OrganisationDeregistered, OrganisationRevoked
from orgs.registry.models import Change, CommunityGroup, SocialOrganisation
from tests.orgs.builders import NOW, TODAY, Bureau, House, a_body, a_user, load_places, someone

pytestmark = pytest.mark.django_db
SOUND = "52420106MJH0000278"
UNSOUND = "52420106MJH0000279"
INNER_UNSOUND = "52420106MJH000038Y"


@pytest.fixture
def bureau():
    load_places("420106013", "420106014")
    return Bureau()


@pytest.fixture
def clerk(bureau):
    return bureau.clerk


def register(by, uscc=SOUND, **fields):
    asked = {"name": "武昌区夕阳红助老服务中心", "org_type": "service_institution"} | fields
    return services.register_organisation(uscc=uscc, by=by, now=NOW, **asked)


def heard(monkeypatch, *facts):
    said = []
    for fact in facts:
        handlers = [*events._handlers[fact], lambda fact, *, by, now: said.append(fact)]
        monkeypatch.setitem(events._handlers, fact, handlers)
    return said


class TestRegistering:
    def test_an_organisation_gets_a_body_and_says_where_it_was_registered(self, clerk):
        entry = register(clerk, " 52420106-mjh0000278 ", community_code="420106014001", short_name="夕阳红")
        assert entry.uscc == SOUND
        assert entry.registered_in == "420106"
        assert (entry.body.kind, entry.body.name) == ("social_organisation", "武昌区夕阳红助老服务中心")
        assert entry.body.street.code == "420106014"
        assert entry.status == "active"
        assert selectors.by_code("５２４２０１０６ＭＪＨ００００２７８") == entry

    @pytest.mark.parametrize("uscc", [UNSOUND, INNER_UNSOUND])
    def test_a_failing_check_character_blocks(self, clerk, uscc):
        with pytest.raises(RulesBroken) as broken:
            register(clerk, uscc)
        assert {one.code for one in broken.value.violations} <= {"U2", "U3"}
        assert not SocialOrganisation.objects.exists()

    def test_an_official_overrides_it_with_a_reason_that_stands_in_the_log(self, clerk):
        entry = register(clerk, UNSOUND, override_reason="登记证书原件如此，已与登记机关核实")
        assert entry.code_overridden
        made = entries_of(entry).get(verb="register")
        assert made.payload["code_overridden"] is True
        assert made.reason.text == "登记证书原件如此，已与登记机关核实"
        assert verify.problems("R1") == []

    def test_nobody_but_an_official_overrides_it(self, bureau):
        with pytest.raises(Forbidden):
            register(SYSTEM, UNSOUND, override_reason="导入")
        house = House()
        with pytest.raises(Forbidden):
            register(house.admin, UNSOUND, override_reason="我的证书就是这样")

    @pytest.mark.parametrize(
        ("uscc", "org_type"), [("5242O106MJH0000278", "service_institution"), (SOUND, "association")]
    )
    def test_a_wrong_shape_or_type_is_never_overridden(self, clerk, uscc, org_type):
        with pytest.raises(RulesBroken):
            register(clerk, uscc, org_type=org_type, override_reason="特批")

    def test_a_code_is_registered_once(self, clerk):
        register(clerk)
        with pytest.raises(Refused, match="已登记为“武昌区夕阳红助老服务中心”"):
            register(clerk, name="另一家")

    def test_verify_finds_a_code_that_was_changed_by_hand(self, clerk):
        entry = register(clerk)
        SocialOrganisation.objects.filter(pk=entry.pk).update(uscc=UNSOUND)
        assert [problem.where for problem in verify.problems("R1")] == [
            f"registry.socialorganisation:{entry.pk}"
        ]

    def test_strangers_applicants_and_operators_register_nothing(self, bureau):
        house = House()
        operator = someone("承办员", a_body("operator", "承办方"), "operator")
        for by in (house.admin, operator, bureau.leader, bureau.system_admin):
            with pytest.raises(Forbidden):
                register(by)

    def test_a_residents_committee_is_registered_under_its_own_code(self, clerk):
        entry = register(clerk, "54420106MJH000043P", name="东湖路社区居委会", org_type="residents_committee")
        assert entry.body.kind == "residents_committee"

    def test_a_body_that_exists_gets_its_entry(self, clerk):
        operator = a_body("operator", "武昌区社会组织促进会")
        entry = register(clerk, "51420106MJH000019G", org_type="association", body_id=operator.pk)
        assert entry.body == operator

    def test_an_organisation_in_preparation_is_founded(self, clerk):
        entry = register(clerk, preparing=True)
        assert entry.state == "preparing"
        services.found_organisation(
            organisation_id=entry.pk, founded_on=TODAY, document="武民登〔2026〕9号", by=clerk, now=NOW
        )
        assert SocialOrganisation.objects.get().state == "active"

    def test_an_unknown_field_is_a_programming_error(self, clerk):
        with pytest.raises(TypeError, match="state"):
            services.edit_organisation(organisation_id=register(clerk).pk, by=clerk, now=NOW, state="revoked")


class TestGroups:
    def record(self, by, host, **fields):
        asked = {
            "name": "石洞巧手编织队", "filing_no": "WC-SD-2025-001", "community_code": "420106014001"
        } | fields  # fmt: skip
        return services.register_group(host_id=host.pk, by=by, now=NOW, **asked)

    def test_a_group_has_a_host_that_stands_behind_it(self, clerk):
        host = a_body("residents_committee", "某社区居委会")
        group = self.record(clerk, host)
        assert group.parties() == {group.body_id, host.pk}
        assert [one.pk for one in selectors.hosted_by(host)] == [group.pk]
        assert selectors.standing(group.body, TODAY).host_id == host.pk

    def test_a_street_officer_records_groups_of_the_own_street_only(self, bureau):
        from orgs.areas.models import Street

        office = a_body("street_office", "石洞街道办事处", street=Street.objects.get(code="420106014"))
        officer = someone("石洞经办", office, "street_officer")
        host = a_body("residents_committee", "某社区居委会")
        assert self.record(officer, host)
        with pytest.raises(Forbidden):
            self.record(officer, host, filing_no="WC-LJS-2025-001", community_code="420106013001")

    @pytest.mark.parametrize("kind", ["community_group", "section", "audit_firm"])
    def test_not_everybody_can_be_a_host(self, clerk, kind):
        with pytest.raises(Refused, match="代管单位应为"):
            self.record(clerk, a_body(kind, "不行"))

    def test_a_host_must_still_exist(self, clerk):
        house = House()
        services.deregister_organisation(
            organisation_id=house.entry.pk, reason="", document="", by=clerk, now=NOW
        )
        with pytest.raises(Refused, match="正常登记状态"):
            self.record(clerk, house.body)

    def test_a_filing_number_is_given_once(self, clerk):
        host = a_body("residents_committee", "某社区居委会")
        self.record(clerk, host)
        with pytest.raises(Refused, match="已登记"):
            self.record(clerk, host, name="另一队")

    def test_the_host_changes_with_its_history(self, clerk, monkeypatch):
        said = heard(monkeypatch, HostChanged)
        old, new = a_body("residents_committee", "旧居委会"), a_body("residents_committee", "新居委会")
        group = self.record(clerk, old)
        services.change_host(
            group_id=group.pk, host_id=new.pk, effective_on=TODAY, document="协议", by=clerk, now=NOW
        )
        assert CommunityGroup.objects.get().host == new
        [change] = selectors.changes_of(group.body)
        assert (change.before, change.after) == (f"body:{old.pk}", f"body:{new.pk}")
        assert said == [HostChanged(group.pk, group.body_id)]

    def test_a_dissolved_group_stands_no_more(self, clerk):
        group = self.record(clerk, a_body("residents_committee", "某社区居委会"))
        services.dissolve_group(group_id=group.pk, reason="成员不足", by=clerk, now=NOW)
        assert selectors.standing(group.body, TODAY).status == "dissolved"
        with pytest.raises(NotNow):
            services.dissolve_group(group_id=group.pk, reason="", by=clerk, now=NOW)


class TestChanges:
    def test_documents_of_the_past_keep_the_old_name(self, clerk):
        house = House("武昌区旧名服务中心")
        services.rename_organisation(
            organisation_id=house.entry.pk, name="武昌区新名服务中心", effective_on=date(2026, 3, 1),
            document="准予变更〔2026〕5号", by=clerk, now=NOW,
        )  # fmt: skip
        house.body.refresh_from_db()
        assert house.body.name == "武昌区新名服务中心"
        assert selectors.name_on(house.body, date(2026, 2, 28)) == "武昌区旧名服务中心"
        assert selectors.name_on(house.body, date(2026, 3, 1)) == "武昌区新名服务中心"
        assert [body.pk for body in selectors.search("旧名")] == [house.body.pk]

    def test_history_cannot_be_rewritten(self, clerk):
        house = House()
        services.rename_organisation(
            organisation_id=house.entry.pk, name="新名", effective_on=TODAY, document="x", by=clerk, now=NOW
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            Change.objects.update(before="另一名")
        with pytest.raises(DatabaseError), transaction.atomic():
            Change.objects.all().delete()

    def test_the_legal_representative_is_named_by_id(self, clerk):
        house, heir = House(), a_user("新法人")
        services.change_legal_representative(
            organisation_id=house.entry.pk, person_id=heir.person_id, effective_on=TODAY,
            document="准予变更〔2026〕6号", by=clerk, now=NOW,
        )  # fmt: skip
        [change] = selectors.changes_of(house.body)
        assert change.after == f"person:{heir.person_id}"
        assert "新法人" not in str(list(entries_of(house.entry).values()))

    def test_an_end_is_told_to_the_rooms_above(self, bureau, monkeypatch):
        said = heard(monkeypatch, OrganisationDeregistered, OrganisationRevoked)
        one, two, three = House("甲中心"), House("乙中心"), House("丙中心")
        fields = {"reason": "依法", "document": "武民罚〔2026〕1号", "by": bureau.section_chief, "now": NOW}
        services.deregister_organisation(organisation_id=one.entry.pk, **fields)
        services.annul_organisation(organisation_id=two.entry.pk, **fields)
        services.revoke_organisation(organisation_id=three.entry.pk, **fields)
        assert said == [
            OrganisationDeregistered(one.entry.pk, one.body.pk),
            OrganisationRevoked(two.entry.pk, two.body.pk),
            OrganisationRevoked(three.entry.pk, three.body.pk),
        ]
        with pytest.raises(NotNow):
            services.revoke_organisation(organisation_id=one.entry.pk, **fields)

    def test_a_clerk_alone_revokes_nothing(self, bureau):
        with pytest.raises(Forbidden):
            services.revoke_organisation(
                organisation_id=House().entry.pk, reason="", document="", by=bureau.clerk, now=NOW
            )

    def test_who_has_an_interest_keeps_away(self, bureau):
        house = House()
        people.declare_interest(
            person_id=bureau.users["clerk"].person_id, body_id=house.body.pk, kind="board", by=SYSTEM, now=NOW
        )
        with pytest.raises(Forbidden, match="回避"):
            services.edit_organisation(
                organisation_id=house.entry.pk, by=bureau.clerk, now=NOW, domicile="别处"
            )


def test_the_database_knows_the_states(db):
    house = House()
    with pytest.raises(IntegrityError), transaction.atomic():
        SocialOrganisation.objects.filter(pk=house.entry.pk).update(state="sleeping")


class TestSearch:
    def test_by_part_of_the_name_by_code_and_by_filing_number(self, clerk):
        one, two = House("武昌区阳光社工服务中心"), House("武昌区春晖社工服务中心")
        host = a_body("residents_committee", "某社区居委会")
        group = services.register_group(
            name="阳光合唱队", filing_no="WC-SD-2025-009", host_id=host.pk, community_code="420106014001",
            by=clerk, now=NOW,
        )  # fmt: skip

        def found(text):
            return {body.pk for body in selectors.search(text)}

        assert found("阳光") == {one.body.pk, group.body_id}
        assert found("社工 春晖") == {two.body.pk}
        assert found(one.entry.uscc[:12].lower()) >= {one.body.pk}
        assert found("2025-009") == {group.body_id}
        assert found("100%") == set()
        assert found("  ") == set()

    def test_one_query_for_one_and_for_three(self, clerk, django_assert_num_queries):
        House("春晖一号")
        with django_assert_num_queries(1):
            assert [body.organisation.uscc for body in selectors.search("春晖")]
        House("春晖二号"), House("春晖三号")
        with django_assert_num_queries(1):
            assert len([body.organisation.uscc for body in selectors.search("春晖")]) == 3
