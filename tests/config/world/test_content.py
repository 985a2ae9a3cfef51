"""The written year: enough of everything, nothing twice, every budget sound but those meant to be broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from config.world import content
from config.world.content.codes import is_valid
from config.world.content.pack import accounts, pack_file
from config.world.content.roster import BUDGET_RULES, STRONG
from config.world.content.themes import themes

WORLD = content.build_world(2026)
TERMS = pack_file("terms_2026")
FORM = pack_file("form_2026")
FIELDS = {(s["key"], f["key"]): f for s in FORM["sections"] for f in s["fields"]}
LONG = [key for key, field in FIELDS.items() if field["type"] == "long_text"]


def plain_violations(lines, cap_yuan):
    """Check a budget by the terms alone, written apart from the generator."""
    grant = sum(line.grant_fen for line in lines)
    found = set()
    if grant > cap_yuan * 100:
        found.add("over_cap")
    by_cap = Counter()
    for line in lines:
        for cap in accounts()[line.code]["counts_towards"].split():
            by_cap[cap] += line.grant_fen
        if line.subtotal_fen != line.unit_price_fen * line.quantity * line.times:
            found.add("subtotal")
        if line.subtotal_fen != line.grant_fen + line.own_fen:
            found.add("funding")
        if line.code == "112" and line.unit_price_fen > TERMS["limits"]["equipment_item_max_yuan"] * 100:
            found.add("equipment_item")
        if line.code == "102" and line.unit_price_fen > 100 * 100:
            found.add("volunteer_day")
        if line.code == "103" and line.unit_price_fen > 1000 * 100:
            found.add("expert_session")
        found |= {
            f"forbidden:{word}"
            for word in TERMS["forbidden_items"]
            if word in line.item + line.basis + line.remark
        }
    for cap, percent in TERMS["limits"]["percent_of_grant_max"].items():
        if by_cap[cap] * 100 > percent * grant:
            found.add(cap)
    if len(lines) > 8:
        found.add("lines")
    return found


def named_activities(proposal):
    return {activity.name for activity in proposal.activities}


def test_the_form_asks_for_eighteen_answers_and_hides_the_team_from_the_blind_part():
    assert sum(field["required"] for field in FIELDS.values()) <= 18
    open_parts = {section["key"] for section in FORM["sections"] if not section["blind"]}
    assert open_parts == {"team", "pledge"}


def test_there_are_enough_applicants_in_all_streets_and_at_most_three_groups_to_a_host():
    applicants = {proposal.applicant for proposal in WORLD.proposals}
    streets = {WORLD.place[p.community_code].street_code for p in WORLD.proposals}
    hosts = Counter(p.host for p in WORLD.proposals if p.host and not WORLD.flaws_of(p.key))
    assert len(applicants) >= 120
    assert len(WORLD.proposals) >= 140
    assert len(streets) == 14
    assert len(WORLD.groups) >= 15
    assert max(hosts.values()) <= 3


def test_categories_share_the_entries_about_as_they_share_the_money():
    counts = Counter(proposal.category for proposal in WORLD.proposals)
    for code, _name, _lead, percent in TERMS["categories"]:
        assert abs(counts[code] * 100 / len(WORLD.proposals) - percent) < 5


def test_full_asks_of_the_strong_spend_each_share_to_the_last_yuan():
    for code, _name, _lead, percent in TERMS["categories"]:
        strong = [p for p in WORLD.proposals if p.category == code and p.tier == "strong"]
        light, micro = STRONG[code]
        assert Counter(p.track for p in strong) == {"light": light, "micro": micro}
        assert sum(p.requested_fen for p in strong) == TERMS["budget_yuan"] * percent
    assert sum(p.tier == "strong" for p in WORLD.proposals) == 55


def test_those_who_wait_first_in_each_category_ask_for_the_full_sum():
    for code, *_rest in TERMS["categories"]:
        waiting = [
            p for p in WORLD.proposals if p.category == code and p.tier == "waiting" and p.track == "light"
        ]
        first = sorted((p for p in waiting if not p.host), key=lambda p: -p.quality)[:4]
        assert {p.requested_fen for p in first} == {2000000}


@pytest.mark.parametrize("proposal", WORLD.proposals, ids=lambda p: p.key)
def test_every_budget_adds_up_within_every_cap_and_names_planned_activities(proposal):
    cap = TERMS["tracks"][proposal.track]["cap_yuan"]
    assert plain_violations(proposal.budget, cap) == set()
    assert sum(line.grant_fen for line in proposal.budget) == proposal.requested_fen
    assert 4 <= len(proposal.budget) <= 8
    assert {line.linked_activity for line in proposal.budget} <= named_activities(proposal)
    assert all(line.grant_fen > 0 and line.quantity > 0 for line in proposal.budget)


def test_each_broken_budget_breaks_its_own_rule_and_no_other():
    seen = set()
    for flaw in WORLD.flaws:
        kind, _, what = flaw.code.partition(":")
        if kind not in {"budget", "forbidden", "over_cap"}:
            continue
        proposal = WORLD.proposal[flaw.proposal]
        cap = TERMS["tracks"][proposal.track]["cap_yuan"]
        found = plain_violations(proposal.first_budget, cap)
        if not {line.linked_activity for line in proposal.first_budget} <= named_activities(proposal):
            found.add("activity")
        assert found == {flaw.code if kind == "forbidden" else what or kind}
        seen.add(flaw.code)
    assert seen >= {f"budget:{rule}" for rule in BUDGET_RULES} | {"over_cap"}
    assert seen >= {f"forbidden:{word}" for word in TERMS["forbidden_items"]}


def test_answers_fit_the_form():
    for proposal in WORLD.proposals:
        for (section, name), field in FIELDS.items():
            value = proposal.answers[section].get(name)
            if value is None:
                assert not field["required"], (proposal.key, name)
            elif isinstance(value, str) and "max_length" in field:
                assert field.get("min_length", 0) <= len(value) <= field["max_length"], (
                    proposal.key,
                    name,
                    value,
                )
            elif isinstance(value, int):
                assert field["min"] <= value <= field["max"]
            elif field["type"] in {"choice", "multi"}:
                chosen = [value] if isinstance(value, str) else value
                assert set(chosen) <= {option["value"] for option in field["options"]}
        assert {(s, f) for s, fields in proposal.answers.items() for f in fields} <= set(FIELDS)


def test_first_answers_of_the_returned_fit_the_form_and_differ_where_the_remark_is():
    flaws = WORLD.flaws_like("returned")
    assert 8 <= len(flaws) <= 12
    for flaw in flaws:
        proposal = WORLD.proposal[flaw.proposal]
        for path, remark in flaw.detail["remarks"]:
            section, name = path.split(".")
            first = proposal.first_answers[section][name]
            assert remark
            assert first != proposal.answers[section][name]
            assert len(first) >= FIELDS[section, name]["min_length"]


def test_no_two_proposals_share_a_title_or_a_long_answer():
    titles = Counter(proposal.title for proposal in WORLD.proposals)
    assert titles.most_common(1)[0][1] == 1
    for section, name in LONG:
        written = [p.answers[section][name] for p in WORLD.proposals if name in p.answers[section]]
        assert len(written) == len(set(written)), name


def grams(proposal):
    text = "。".join(str(proposal.answers[s][n]) for s, n in LONG if n in proposal.answers[s] and s != "team")
    return {text[i : i + 8] for i in range(len(text) - 7)}


def test_no_two_proposals_are_alike_by_their_runs_of_eight_characters():
    all_grams = {proposal.key: grams(proposal) for proposal in WORLD.proposals}
    alike = []
    keys = sorted(all_grams)
    for i, left in enumerate(keys):
        for right in keys[i + 1 :]:
            both = len(all_grams[left] & all_grams[right])
            alike.append((both / min(len(all_grams[left]), len(all_grams[right])), left, right))
    worst = max(alike)
    assert worst[0] < 0.4, worst
    assert sum(share for share, *_ in alike) / len(alike) < 0.08


def test_every_category_has_at_least_fifteen_themes_and_none_is_used_more_than_three_times():
    assert all(len(found) >= 15 for found in themes().values())
    uses = Counter(proposal.theme for proposal in WORLD.proposals)
    assert max(uses.values()) <= 3
    assert len(uses) >= 45


def test_blind_parts_name_neither_the_applicant_nor_its_people():
    blind = [section["key"] for section in FORM["sections"] if section["blind"]]
    for proposal in WORLD.proposals:
        text = "".join(str(value) for section in blind for value in proposal.answers[section].values())
        found = WORLD.organisation.get(proposal.applicant) or WORLD.group[proposal.applicant]
        assert found.name not in text
        assert found.short_name not in text
        assert found.admin.name not in text


def test_people_are_distinct_and_clearly_fictional():
    people = [post.person for post in WORLD.posts] + [expert.person for expert in WORLD.experts]
    for organisation in WORLD.organisations:
        people += [organisation.legal_representative, organisation.admin, organisation.finance]
    for group in WORLD.groups:
        people += [group.leader, group.admin]
    by_key = {person.key: person for person in people}
    for value in ("name", "phone", "email"):
        assert len({getattr(person, value) for person in by_key.values()}) == len(by_key)
    assert all(len(p.phone) == 11 and p.phone.startswith("1990000") for p in by_key.values())
    assert all(p.email.endswith("@example.org") for p in by_key.values())


def test_organisations_have_distinct_names_accounts_and_valid_codes_of_where_they_are_registered():
    found = WORLD.organisations
    assert len({card.name for card in found}) == len({card.uscc for card in found}) == len(found)
    numbers = [card.account.number for card in found if card.account]
    assert len(numbers) == len(set(numbers))
    for card in found:
        assert is_valid(card.uscc)
        assert card.uscc[2:8] == card.registered_in
        assert card.account is None or card.account.holder == card.name
        assert card.community_code in WORLD.place


def test_one_wrong_character_makes_a_code_invalid():
    code = WORLD.organisations[0].uscc
    assert is_valid("52420106MJH0002110")
    assert is_valid("52420106MJH00006XG")
    for place in range(18):
        other = "1" if code[place] != "1" else "2"
        assert not is_valid(code[:place] + other + code[place + 1 :])


def test_sound_applicants_meet_every_clause_and_the_unsound_miss_theirs():
    close = date(2026, 4, 28)
    expected = {flaw.proposal: flaw.code.split(":")[1] for flaw in WORLD.flaws_like("ineligible:")}
    outside = {"implemented_elsewhere", "double_funding", "is_operator", "is_evaluator"}
    for proposal in WORLD.proposals:
        card = WORLD.organisation.get(proposal.applicant)
        if card is None:
            continue
        missed = set()
        if (close - card.founded_on).days < 183 and not card.incubated:
            missed.add("too_young")
        if card.registered_in not in TERMS["eligibility"]["registered_in"]:
            missed.add("registered_elsewhere")
        if card.inspections and card.inspections[-1][1] not in TERMS["eligibility"]["inspection_latest"]:
            missed.add("failed_inspection")
        for listing in card.listings:
            years = {"abnormal": 1, "serious": 2}[listing.kind]
            if listing.end is None or listing.end > close.replace(year=close.year - years):
                missed.add(f"{listing.kind}_list")
        if card.account is None:
            missed.add("no_own_account")
        if any(not project.final_report_filed for project in card.earlier):
            missed.add("earlier_unfinished")
        flaw = expected.get(proposal.key, "")
        assert missed == ({flaw} - outside if flaw else set()), (proposal.key, flaw, missed)
    assert set(expected.values()) >= {"too_young", "registered_elsewhere", "no_own_account", *outside}


def test_special_cases_concern_the_right_parties():
    by_code = defaultdict(list)
    for flaw in WORLD.flaws:
        by_code[flaw.code].append(WORLD.proposal[flaw.proposal])
        assert flaw.note
    for proposal in by_code["duplicate"]:
        same = [p.key for p in WORLD.proposals if p.applicant == proposal.applicant]
        assert len(same) == 2
        assert max(same) == proposal.key
    (fourth,) = by_code["host_fourth_group"]
    assert sum(p.host == fourth.host for p in WORLD.proposals) == 4
    employed = {expert.employer_key for expert in WORLD.experts} - {""}
    assert employed == {p.applicant for p in by_code["conflict:employer"]}
    (led,) = by_code["conflict:legal_representative"]
    (flaw,) = WORLD.flaws_like("conflict:legal_representative")
    assert (
        WORLD.organisation[led.applicant].legal_representative == WORLD.expert[flaw.detail["expert"]].person
    )
    for flaw in WORLD.flaws_like("conflict:employer"):
        assert WORLD.expert[flaw.detail["expert"]].employer_key == WORLD.proposal[flaw.proposal].applicant
    for code in (
        "late",
        "incomplete",
        "community_refused",
        "recheck:upheld",
        "recheck:overturned",
        "optimised",
    ):
        assert by_code[code]


def test_twenty_experts_sit_five_of_them_for_finance_and_reserves_can_replace_two():
    seated = [expert for expert in WORLD.experts if not expert.reserve]
    spare = [expert for expert in WORLD.experts if expert.reserve]
    assert len(seated) == 20
    assert sum(expert.is_finance for expert in seated) == 5
    assert len(spare) >= 4
    absent = [WORLD.expert[key] for key in WORLD.absent_experts]
    assert sorted(expert.is_finance for expert in absent) == [False, True]
    assert {expert.is_finance for expert in spare} == {False, True}


def test_every_street_and_community_has_its_officer_and_no_administrator_is_two():
    roles = Counter(post.role for post in WORLD.posts)
    assert roles["street_officer"] == 14
    assert roles["community_worker"] == 142
    admins = [
        post.person.key
        for post in WORLD.posts
        if post.role in {"system_admin", "security_admin", "audit_admin"}
    ]
    assert len(set(admins)) == 3
    bodies = {body.key for body in WORLD.bodies}
    assert {post.body for post in WORLD.posts} <= bodies


def test_another_seed_is_as_sound():
    other = content.build_world(2027)
    for proposal in other.proposals:
        assert plain_violations(proposal.budget, TERMS["tracks"][proposal.track]["cap_yuan"]) == set()
        assert sum(line.grant_fen for line in proposal.budget) == proposal.requested_fen
