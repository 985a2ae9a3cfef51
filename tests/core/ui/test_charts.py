"""Charts carry their figures in words and in a table, and nothing that the strict policy would refuse."""

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

from core.ui import charts
from core.ui.charts import Tile

SVG = "{http://www.w3.org/2000/svg}"
MEAN = '"><script>alert(1)</script>'
TILES = [
    Tile(1, 1, "杨园街道", 7, 90_000_00),
    Tile(2, 1, "徐家棚街道", 0, 0),
    Tile(1, 2, "紫阳街道", 1, 5_00),
]


def every_kind(label="为老服务"):
    return {
        "funnel": charts.funnel("漏斗", [(label, 124), ("获得资助", 41)]),
        "bars": charts.bars("各类别", [(label, 30, 12), ("助残", 12, 0)], ["申报", "立项"]),
        "money": charts.planned_paid("拨款", [(label, 645_000_00, 322_500_00), ("助残", 0, 0)]),
        "spread": charts.spread("评分", [(label, [70, 72, 88.5]), ("未评", [])]),
        "map": charts.tile_map("街道", [*TILES, Tile(2, 2, label, 3)]),
    }


def drawn(template, **context):
    return Template("{% load charts %}" + template).render(Context(context))


def parsed(chart):
    """The picture as an element; that it parses at all is the first thing asked of it."""
    text = str(chart.svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ElementTree.fromstring(text)


@pytest.mark.parametrize("kind", ["funnel", "bars", "money", "spread", "map"])
def test_a_picture_holds_no_style_script_or_handler_and_is_named(kind):
    chart = every_kind(MEAN)[kind]
    root = parsed(chart)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "pattern", "g", "rect", "path", "circle", "text"}
    names = {name for element in root.iter() for name in element.attrib}
    assert not [name for name in names if name == "style" or name.startswith("on") or "href" in name]
    assert root.get("role") == "img"
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert ids[root.get("aria-labelledby")].text == chart.title
    assert chart.rows[0][0] in "".join(ids[root.get("aria-describedby")].itertext())
    assert "<script" not in str(chart.svg)


@pytest.mark.parametrize("kind", ["bars", "money"])
def test_series_differ_by_a_pattern_that_is_in_the_picture_and_in_its_key(kind):
    chart = every_kind()[kind]
    root = parsed(chart)
    patterns = {f"url(#{element.get('id')})" for element in root.iter(f"{SVG}pattern")}
    groups = [group for group in root.iter(f"{SVG}g") if "serie-1" in (group.get("class") or "").split()]
    fills = {rect.get("fill") for group in groups for rect in group.iter(f"{SVG}rect")}
    assert len(fills) == 1 and fills <= patterns
    plain, patterned = (str(key) for _name, key in chart.legend)
    assert "url(#" not in plain and fills.pop() in patterned


def test_a_bar_is_as_long_as_its_value():
    root = parsed(charts.bars("长短", [("甲", 100), ("乙", 50), ("丙", 0)], ["数"]))
    widths = [float(one.get("width") or 0) for one in root.iter(f"{SVG}rect") if one.get("class")]
    lower, middle, longest = sorted(widths)
    assert lower == 0
    assert middle * 2 == pytest.approx(longest, abs=0.05)
    assert longest < charts.WIDTH


def test_paid_and_unpaid_make_up_what_was_planned():
    chart = charts.planned_paid("拨款", [("为老", 1_000_00, 250_00), ("助残", 0, 0)])
    paid, unpaid = sorted(
        float(one.get("width"))
        for one in parsed(chart).iter(f"{SVG}rect")
        if one.get("class") and float(one.get("width") or 0)
    )
    assert unpaid == pytest.approx(paid * 3, abs=0.1)
    assert chart.rows == [
        ["为老", "1,000.00", "250.00", "750.00", "25%"],
        ["助残", "0.00", "0.00", "0.00", "—"],
    ]


def test_the_funnel_tells_parts_of_the_first_step():
    chart = every_kind()["funnel"]
    assert chart.rows == [["为老服务", "124", "100%"], ["获得资助", "41", "33%"]]
    assert "41 · 33%" in str(chart.svg)


def test_a_spread_shows_each_score_and_marks_the_median():
    chart = every_kind()["spread"]
    root = parsed(chart)
    assert len(list(root.iter(f"{SVG}circle"))) == 3
    assert [one.get("class") for one in root.iter(f"{SVG}path")].count("median") == 1
    assert chart.rows[0] == ["为老服务", "3", "70", "72", "88.5", "76.83"]
    assert chart.rows[1] == ["未评", "0", "—", "—", "—", "—"]


def test_a_map_darkens_by_number_and_says_the_number_too():
    chart = charts.tile_map("街道", TILES)
    found = {group.find(f"{SVG}text").text: group.get("class") for group in parsed(chart).iter(f"{SVG}g")}
    assert found == {"杨园": "tile tile-4", "徐家棚": "tile tile-0", "紫阳": "tile tile-1"}
    few = str(charts.tile_map("街道", [Tile(1, 1, "杨园街道", 1)]).svg)
    assert "tile-1" in few and "tile-4" not in few
    assert chart.rows[0] == ["杨园街道", "7", "90,000.00"]
    assert [row[0] for row in chart.rows] == ["杨园街道", "紫阳街道", "徐家棚街道"]
    assert len(charts.tile_map("无金额", [Tile(1, 1, "紫阳街道", 2)]).heads) == 2


def test_the_same_figures_give_the_same_bytes_and_others_do_not():
    one, same = charts.bars("数", [("甲", 1)], ["数"]), charts.bars("数", [("甲", 1)], ["数"])
    assert one.svg == same.svg
    assert one.svg != charts.bars("数", [("甲", 2)], ["数"]).svg


def test_a_long_label_is_cut_in_the_picture_and_whole_in_the_table():
    label = "社区治理和居民议事协商能力建设"
    chart = charts.funnel("漏斗", [(label, 3)])
    words = [one.text for one in parsed(chart).iter(f"{SVG}text")]
    assert f"{label[:8]}…" in words and label not in words
    assert chart.rows[0][0] == label


@pytest.mark.parametrize(
    "tag",
    [
        "funnel title rows",
        "bars title rows names",
        "planned_paid title rows",
        "spread title rows",
        "tile_map title rows",
    ],
)
def test_no_data_is_said_instead_of_drawn(tag):
    html = drawn("{% " + tag + " %}", title="空", rows=[], names=["数"])
    assert "还没有可以画图的数据" in html
    assert '<svg class="chart-svg' not in html


def test_every_chart_on_a_page_has_its_table():
    html = drawn(
        "{% funnel title rows %}{% tile_map title tiles %}", title=MEAN, rows=[(MEAN, 5)], tiles=TILES
    )
    assert html.count("<details") == html.count("<table") == html.count("<figure") == 2
    assert "<script" not in html
    assert re.findall(r'data-title="([^"]+)"', html)[:3] == ["环节", "数量", "占比"]
    assert " open" not in html
    assert '<details class="chart-table" open>' in drawn(
        "{% funnel t rows open=1 %}", t="一", rows=[("甲", 5)]
    )
