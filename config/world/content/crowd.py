"""A thousand more organisations of the register: names, kinds, papers; none of them applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from config.world.content.codes import credit_code
from config.world.content.model import GradeCard, ListingCard, Place
from config.world.content.names import FIRST, SURNAMES
from config.world.content.organisations import CITY, DISTRICT
from config.world.content.texts import stream, texts

FIRST_SERIAL = 20_001
BEGINS = "安博承崇德恩丰广恒弘惠嘉济锦景静康乐联明睦宁启勤清荣善尚舒思泰文晓欣雅益永裕源远云泽智臻卓"
ENDS = "邻邦和仁爱康宁安馨缘园风林航舟辰光华森诚信行达"
# share in a hundred, type, endings
KINDS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (12, "service_institution", ("社会工作服务中心", "社区服务中心", "公益服务中心", "志愿服务中心")),
    (10, "service_institution", ("养老院", "养老服务中心", "日间照料中心", "老年公寓", "康复中心")),
    (16, "service_institution", ("幼儿园", "托育服务中心", "儿童成长中心", "青少年活动中心")),
    (12, "service_institution", ("职业培训学校", "艺术培训学校", "语言培训学校", "职业技能培训中心")),
    (8, "service_institution", ("体育俱乐部", "武术馆", "羽毛球俱乐部", "国际象棋俱乐部", "健身服务中心")),
    (6, "service_institution", ("书画院", "博物馆", "非遗传习所", "艺术团", "国学馆")),
    (5, "service_institution", ("心理咨询中心", "家庭教育指导中心", "婚姻家庭辅导中心", "调解服务中心")),
    (4, "service_institution", ("科普服务中心", "环保公益中心", "法律服务中心", "就业服务中心")),
    (9, "association", ("志愿者协会", "爱心联合会", "公益促进会", "慈善志愿服务队联合会")),
    (8, "association", ("太极拳协会", "棋类协会", "门球协会", "广场舞协会", "合唱协会", "摄影协会")),
    (7, "association", ("餐饮业协会", "物业管理协会", "家政服务业协会", "美容美发协会", "电子商务协会")),
    (2, "association", ("老年学学会", "教育学会", "书法家协会", "作家协会")),
    (1, "foundation", ("社区公益基金会", "助学基金会", "慈善基金会")),
)
SCOPES = {
    "service_institution": "承接政府购买服务，开展{name}业务范围内的公益服务与培训交流",
    "association": "联系和服务会员，组织行业或兴趣交流，开展志愿服务",
    "foundation": "资助本区扶老、助残、救孤、济困等公益项目",
}


@dataclass(frozen=True)
class Passer:
    """An organisation that stands in the register and does nothing else."""

    name: str
    short_name: str
    org_type: str
    uscc: str
    registered_in: str
    founded_on: date
    community_code: str
    address: str
    contact_name: str
    scope: str
    inspections: tuple[tuple[int, str], ...]
    grade: GradeCard | None
    listing: ListingCard | None
    preparing: bool


def crowd(seed: int, count: int, places: Sequence[Place], taken: set[str]) -> list[Passer]:
    """Return organisations spread over all streets, with names that nobody has yet."""
    rng = stream(seed, "crowd")
    brands = [first + last for first in BEGINS for last in ENDS if first != last]
    rng.shuffle(brands)
    homes = homes_in_turn(places, rng)
    found: list[Passer] = []
    for serial in range(count):
        _share, org_type, endings = rng.choices(KINDS, weights=[kind[0] for kind in KINDS])[0]
        while True:
            short = f"{rng.choice(brands)}{rng.choice(endings)}"
            if f"武昌区{short}" not in taken:
                break
        taken.add(f"武昌区{short}")
        found.append(_passer(rng, serial, short, org_type, homes[serial % len(homes)]))
    return found


def homes_in_turn(places: Sequence[Place], rng: Random) -> list[Place]:
    """Return the communities of the streets street by street in turn, so that every street has its share."""
    streets: dict[str, list[Place]] = {}
    for place in places:
        if not place.hidden:
            streets.setdefault(place.street_code, []).append(place)
    for own in streets.values():
        rng.shuffle(own)
    rounds = max(len(own) for own in streets.values())
    return [own[number % len(own)] for number in range(rounds) for own in streets.values()]


def _passer(rng: Random, serial: int, short: str, org_type: str, home: Place) -> Passer:
    registered = CITY if org_type == "foundation" or serial % 40 == 7 else DISTRICT
    preparing = serial % 331 == 330
    founded = date(2003, 3, 1) + timedelta(days=rng.randint(0, 8100))
    listing = _listing(rng) if serial % 97 == 50 else None
    street = f"武昌区{rng.choice(texts('words')['roads'])}{rng.randint(1, 298)}号"
    return Passer(
        name=f"武昌区{short}",
        short_name=short,
        org_type=org_type,
        uscc=credit_code(org_type, registered, FIRST_SERIAL + serial),
        registered_in=registered,
        founded_on=founded,
        community_code=home.code,
        address=f"{street}（{home.name}）",
        contact_name=rng.choice(SURNAMES) + rng.choice(FIRST) + rng.choice(FIRST),
        scope=SCOPES[org_type].format(name=short),
        inspections=() if preparing else _inspections(founded, rng, sound=listing is None),
        grade=_grade(founded, rng) if not preparing else None,
        listing=listing if not preparing else None,
        preparing=preparing,
    )


def _inspections(founded: date, rng: Random, *, sound: bool) -> tuple[tuple[int, str], ...]:
    if founded >= date(2025, 7, 1):
        return ()
    chance = rng.random()
    good = "passed" if chance < 0.84 else "basically_passed"
    return ((2025, good if sound and chance < 0.97 else "failed"),)


def _grade(founded: date, rng: Random) -> GradeCard | None:
    if founded > date(2021, 1, 1) or rng.random() < 0.82:
        return None
    start = date(rng.choice((2021, 2022, 2023, 2024)), rng.choice((11, 12)), rng.randint(1, 28))
    return GradeCard(
        rng.choice(("1A", "2A", "3A", "3A", "4A", "5A")), start, start.replace(year=start.year + 5)
    )


def _listing(rng: Random) -> ListingCard:
    kind = rng.choice(("abnormal", "abnormal", "serious"))
    why = "未按规定期限报送年度工作报告" if kind == "abnormal" else "列入活动异常名录满两年仍未改正"
    return ListingCard(kind, date(2025, rng.randint(1, 12), rng.randint(1, 28)), None, why)
