"""What the pages of decisions and awards cost, what they export, and where the desk leads."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from grants.awards import selectors, services
from grants.awards.models import Award, Decision
from tests.grants.awards.conftest import AWARDED, ELDERLY, FOUR, LISTED, MEETING
from tests.grants.pressing import at, read, rows_of
from tests.grants.visiting import leads
from tests.orgs.builders import browser

pytestmark = pytest.mark.django_db


class TestCosts:
    def count(self, client: Client, address: str, queries) -> int:
        client.get(address)
        with queries() as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    def test_lists_cost_the_same_for_one_row_and_for_three(self, play, django_assert_max_num_queries):
        queries = partial(django_assert_max_num_queries, 12)
        client, names = browser(play.office.clerk), ("decisions", "awards")
        public = reverse("public_results", args=[play.round.code])
        with at(AWARDED):
            notice = play.publish(play.decide(FOUR[0]))
            play.end(notice)
            play.award(notice)
            one = [self.count(client, reverse(name), queries) for name in names]
            one.append(self.count(Client(), public, queries))
            for row in (FOUR[1], FOUR[3]):
                notice = play.publish(play.decide(row))
                play.end(notice)
                play.award(notice)
            three = [self.count(client, reverse(name), queries) for name in names]
            three.append(self.count(Client(), public, queries))
        assert (Award.objects.count(), Decision.objects.count()) == (3, 3)
        assert one == three

    @pytest.mark.parametrize("role", ["clerk", "section_chief", "leader", "supervisor"])
    def test_pages_are_cheap_at_every_stage(self, play, role, django_assert_max_num_queries):
        queries = partial(django_assert_max_num_queries, 20)
        who = getattr(play.office, role)
        play.scored(*FOUR)
        decision = play.draft()
        page = decision.get_absolute_url()
        with at(MEETING):
            self.count(browser(who), page, queries)
            decision = play.resolve(decision)
            self.count(browser(who), page, queries)
        notice = play.publish(decision)
        play.end(notice)
        play.award(notice)
        with at(AWARDED):
            self.count(browser(who), page, queries)
            self.count(browser(who), Award.objects.first().get_absolute_url(), queries)

    def test_they_are_exported(self, play):
        award = play.all_the_way(*FOUR)[0]
        client = browser(play.office.clerk)
        table = rows_of(client.get(reverse("awards"), {"export": "xlsx"}))
        assert award.project_no in {line[0] for line in table}
        table = rows_of(client.get(reverse("decisions"), {"export": "xlsx"}))
        assert table[1][0] == Decision.objects.get().number
        assert table[1][5] == 45_000


class TestTheDesk:
    def leads(self, who, now=LISTED) -> dict[str, str]:
        return leads(selectors.todo_for(who, now))

    def test_each_step_is_found_from_the_desk(self, play):
        office = play.office
        play.scored(*FOUR)
        assert self.leads(office.clerk) == {"评审完毕待拟立项名单的届次": reverse("new_decision")}
        decision = play.draft()
        page = decision.get_absolute_url()
        assert self.leads(office.section_chief) == {"待提请会议的立项名单": page}
        services.table_decision(decision_id=decision.pk, by=office.section_chief, now=LISTED)
        assert self.leads(office.leader) == {"待会议决定的立项名单": page}
        assert decision.number in read(
            browser(office.supervisor), self.leads(office.supervisor)["待监督的立项会议"]
        )

    def test_what_is_to_be_announced_and_awarded_leads_to_its_decision(self, play):
        decision = play.decide(*FOUR)
        clerk = browser(play.office.clerk)
        todo = self.leads(play.office.clerk)["待公示的拟立项项目"]
        assert decision.number in read(clerk, todo)
        notice = play.publish(decision)
        assert decision.number not in read(clerk, todo)
        play.end(notice)
        leader = browser(play.office.leader)
        todo = self.leads(play.office.leader)["公示无异议待立项的项目"]
        assert decision.number in read(leader, todo)
        chief = play.office.section_chief
        assert "立项已毕、待进入执行的届次" not in self.leads(chief)
        play.award(notice)
        assert decision.number not in read(leader, todo)
        assert self.leads(chief)["立项已毕、待进入执行的届次"] == play.round.get_absolute_url()

    def test_the_leader_is_told_of_money_that_reaches_the_next(self, play):
        awards = play.all_the_way(*FOUR)
        assert "有释放资金可递补的备选" not in self.leads(play.office.leader)
        play.lapse(next(one for one in awards if one.proposal.title == f"{ELDERLY}1"))
        assert "有释放资金可递补的备选" in self.leads(play.office.leader)
        play.promote()
        assert "有释放资金可递补的备选" not in self.leads(play.office.leader)
