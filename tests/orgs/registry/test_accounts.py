"""Bank accounts: in the body's own name, verified by another person, used by one body at a time."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from core import events
from core.audit import verify
from core.audit.selectors import entries_of
from core.errors import Forbidden, NotNow, Refused
from core.policy import SYSTEM
from orgs.registry import selectors, services
from orgs.registry.events import BankAccountLapsed, BankAccountVerified
from orgs.registry.lifecycle import A
from orgs.registry.models import BankAccount
from tests.orgs.builders import NOW, TODAY, Bureau, House, a_body, a_user, actor, seat

pytestmark = pytest.mark.django_db
NUMBER = "42050123456789000011"


def waiting(by):
    return [todo.count for todo in selectors.todo_for(by, now=NOW) if todo.count]


@pytest.fixture
def bureau():
    return Bureau()


@pytest.fixture
def house():
    return House()


def add(house, *, by=None, **fields):
    asked = {"holder_name": house.body.name, "bank": "中国建设银行武汉中南支行", "number": NUMBER} | fields
    return services.add_bank_account(body_id=house.body.pk, by=by or house.admin, now=NOW, **asked)


def verified(bureau, house, **fields):
    return services.verify_bank_account(account_id=add(house, **fields).pk, by=bureau.finance_clerk, now=NOW)


class TestAdding:
    def test_it_counts_only_after_another_person_verified_it(self, bureau, house):
        account = add(house, number=" 4205 0123 4567 8900 0011 ")
        assert selectors.verified_account(house.body) is None
        assert not selectors.standing(house.body, TODAY).has_own_account
        services.verify_bank_account(account_id=account.pk, by=bureau.finance_clerk, now=NOW)
        assert selectors.verified_account(house.body).number == NUMBER
        assert selectors.standing(house.body, TODAY).has_own_account
        assert verify.problems("R2", "R3") == []

    def test_the_number_lies_encrypted_and_is_shown_masked(self, house):
        account = add(house)
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, number_index FROM registry_bankaccount")
            stored = cursor.fetchone()
        assert NUMBER not in "".join(stored)
        assert NUMBER not in str(account)
        assert account.masked_number.endswith("0011")
        assert NUMBER not in str(list(entries_of(account).values()))

    def test_the_holder_is_the_body_itself(self, house):
        with pytest.raises(Refused, match="户名应与单位名称"):
            add(house, holder_name="罗负责")

    @pytest.mark.parametrize(("field", "value"), [("number", "4205-abc"), ("number", "123"), ("bank", " ")])
    def test_what_is_no_account_is_named(self, house, field, value):
        with pytest.raises(Refused) as refused:
            add(house, **{field: value})
        assert refused.value.field == field

    def test_one_number_serves_one_body(self, house):
        add(house)
        rival = House("武昌区竞争服务中心")
        with pytest.raises(Refused, match="另一单位名下"):
            add(rival, number="4205-0123-4567-8900-0011")
        assert selectors.account_by_number("4205 0123 4567 8900 0011").body == house.body

    def test_the_database_refuses_a_shared_number_too(self, house):
        account, rival = add(house), House("武昌区竞争服务中心")
        other = add(rival, number="42050123456789000022")
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAccount.objects.filter(pk=other.pk).update(number_index=account.number_index)

    def test_a_hosted_group_has_none(self):
        group = a_body("community_group", "合唱队")
        with pytest.raises(Refused, match="代管单位"):
            services.add_bank_account(
                body_id=group.pk, holder_name="合唱队", bank="x", number=NUMBER, by=SYSTEM, now=NOW
            )

    def test_a_rival_or_an_editor_of_the_house_adds_none(self, house):
        rival = House("武昌区竞争服务中心")
        editor = a_user("填写人")
        seat(editor, house.body, "applicant_editor")
        for by in (rival.admin, actor(editor)):
            with pytest.raises(Forbidden):
                add(house, by=by)


class TestVerifying:
    def test_only_finance_verifies(self, bureau, house):
        account = add(house)
        for by in (house.admin, bureau.clerk, bureau.leader, bureau.system_admin):
            with pytest.raises(Forbidden):
                services.verify_bank_account(account_id=account.pk, by=by, now=NOW)

    def test_the_database_wants_two_people(self, bureau, house):
        account = add(house)
        with pytest.raises(IntegrityError), transaction.atomic():
            BankAccount.objects.filter(pk=account.pk).update(verified_by=account.added_by)

    def test_a_new_account_closes_the_one_before(self, bureau, house):
        first = verified(bureau, house)
        second = verified(bureau, house, number="42050123456789000022")
        assert BankAccount.objects.get(pk=first.pk).state == A.CLOSED
        assert selectors.verified_account(house.body) == second
        assert verify.problems("R2") == []

    def test_facts_tell_the_rooms_above(self, bureau, house, monkeypatch):
        said = []
        for fact in (BankAccountVerified, BankAccountLapsed):
            monkeypatch.setitem(events._handlers, fact, [lambda fact, *, by, now: said.append(fact)])
        account = verified(bureau, house)
        services.close_bank_account(account_id=account.pk, reason="销户", by=house.admin, now=NOW)
        assert said == [
            BankAccountVerified(account.pk, house.body.pk),
            BankAccountLapsed(account.pk, house.body.pk),
        ]
        with pytest.raises(NotNow):
            services.verify_bank_account(account_id=account.pk, by=bureau.finance_clerk, now=NOW)


class TestAfterAChange:
    def test_a_new_name_sends_the_account_back_to_verification(self, bureau, house):
        account = verified(bureau, house)
        services.rename_organisation(
            organisation_id=house.entry.pk, name="武昌区新名服务中心", effective_on=TODAY,
            document="准予变更", by=bureau.clerk, now=NOW,
        )  # fmt: skip
        assert selectors.verified_account(house.body) is None
        with pytest.raises(Refused, match="武昌区新名服务中心"):
            services.verify_bank_account(account_id=account.pk, by=bureau.finance_clerk, now=NOW)
        services.correct_bank_account(
            account_id=account.pk, holder_name="武昌区新名服务中心", by=house.admin, now=NOW
        )
        services.verify_bank_account(account_id=account.pk, by=bureau.finance_clerk, now=NOW)
        assert selectors.verified_account(house.body).holder_name == "武昌区新名服务中心"

    def test_a_verified_account_is_not_corrected(self, bureau, house):
        account = verified(bureau, house)
        with pytest.raises(Refused, match="不能修改"):
            services.correct_bank_account(
                account_id=account.pk, holder_name=house.body.name, by=house.admin, now=NOW
            )

    def test_an_organisation_that_ended_has_no_account(self, bureau, house):
        verified(bureau, house)
        services.deregister_organisation(
            organisation_id=house.entry.pk, reason="", document="", by=bureau.clerk, now=NOW
        )
        assert selectors.verified_account(house.body) is None

    def test_verify_finds_a_holder_that_was_changed_by_hand(self, bureau, house):
        account = verified(bureau, house)
        BankAccount.objects.filter(pk=account.pk).update(holder_name="别人")
        assert [problem.where for problem in verify.problems("R2")] == [f"registry.bankaccount:{account.pk}"]

    def test_the_desk_of_finance_counts_what_waits(self, bureau, house):
        assert waiting(bureau.finance_clerk) == []
        add(house)
        assert waiting(bureau.finance_clerk) == [1]
