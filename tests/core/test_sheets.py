"""Spreadsheets carry what people typed and nothing that runs; what comes in is told row by row."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from core.columns import Column
from core.files.refusals import FileRefused
from core.sheets import Sheet, read_csv, read_xlsx, write_csv, write_xlsx

COLUMNS = [
    Column("name", "单位名称", required=True, max_length=20),
    Column("asked", "申请金额", kind="yuan", required=True),
    Column("people", "人数", kind="int"),
    Column("score", "得分", kind="decimal"),
    Column("on", "成立日期", kind="date"),
    Column("own", "自有账户", kind="bool"),
    Column("kind", "类型", choices={"社会团体": "association", "基金会": "foundation"}),
]
EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    '="x"',
    "=cmd|'/c calc'!A0",
    "-2+3+cmd",
]


def written(rows, columns=COLUMNS[:2]):
    return load_workbook(io.BytesIO(write_xlsx([Sheet("名单", columns, rows)]))).active


@pytest.mark.parametrize("text", EVIL)
def test_text_that_looks_like_a_formula_is_text(text):
    page = written([{"name": text, "asked": 100}])
    cell = page["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.value.replace("_x000D_", "\r").strip() == text.strip()
    csv_text = write_csv(COLUMNS[:2], [{"name": text, "asked": 100}]).decode("utf-8-sig")
    assert f"'{text}" in csv_text.replace('""', '"')


@pytest.mark.parametrize("text", EVIL)
def test_a_formula_in_a_title_or_a_sheet_name_is_text_too(text):
    page = written([], [Column("a", text)])
    assert page["A1"].data_type == "s"
    assert "=" not in load_workbook(io.BytesIO(write_xlsx([Sheet("a:b/c", [], [])]))).sheetnames[0]


def test_harmless_text_has_no_prefix_and_numbers_stay_numbers():
    page = written([{"name": "晨光社工", "asked": -123456}, ["另一家", 0]])
    assert not page["A2"].quotePrefix
    assert (page["B2"].value, page["B2"].data_type, page["B2"].number_format) == (-1234.56, "n", "#,##0.00")
    assert page["A3"].value == "另一家"
    assert "-1234.56" in write_csv(COLUMNS[:2], [{"name": "a", "asked": -123456}]).decode("utf-8-sig")


def test_the_file_says_no_formula_anywhere():
    data = write_xlsx([Sheet("名单", COLUMNS[:1], [{"name": text} for text in EVIL])])
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        assert all(
            b"<f>" not in pack.read(name) and b"<f " not in pack.read(name) for name in pack.namelist()
        )


def test_the_header_is_frozen_and_columns_are_wide_enough():
    page = written([])
    assert page.freeze_panes == "A2"
    assert page["A1"].font.bold
    assert page.column_dimensions["B"].width == 16


def test_dates_instants_and_answers_are_written_as_people_read_them():
    columns = [
        Column("d", "日期", kind="date"),
        Column("t", "时间", kind="datetime"),
        Column("b", "是否", kind="bool"),
    ]
    page = written([[date(2026, 3, 1), datetime(2026, 3, 1, 16, 30, tzinfo=UTC), True]], columns)
    assert page["A2"].value == datetime(2026, 3, 1)
    assert page["B2"].value == datetime(2026, 3, 2, 0, 30)
    assert page["C2"].value == "是"


def test_the_same_rows_give_the_same_bytes_and_nobodys_name():
    sheet = Sheet("名单", COLUMNS[:2], [["甲", 1]])
    assert write_xlsx([sheet]) == write_xlsx([sheet])
    with zipfile.ZipFile(io.BytesIO(write_xlsx([sheet]))) as pack:
        assert b"openpyxl" not in pack.read("docProps/core.xml")


def test_control_characters_and_twin_sheet_names_do_not_break_the_file():
    data = write_xlsx(
        [Sheet("名[单]", COLUMNS[:1], [["a\x00b\x0bc\ud800"]]), Sheet("名[单]", COLUMNS[:1], [])]
    )
    book = load_workbook(io.BytesIO(data))
    assert len(set(book.sheetnames)) == 2
    assert book.worksheets[0]["A2"].value == "a\ufffdb\ufffdc\ufffd"


def filled(rows, titles=None, before=()):
    book = Workbook()
    page = book.active
    for line in before:
        page.append(line)
    page.append(titles or [column.title for column in COLUMNS])
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = ["晨光社工", "12,000.50", 12, 88.5, datetime(2019, 5, 6), "是", "基金会"]


def test_a_good_row_is_read_as_values():
    parsed = read_xlsx(filled([GOOD]), COLUMNS)
    assert parsed.is_clean
    assert parsed.rows == [
        {
            "_row": 2,
            "name": "晨光社工",
            "asked": 1200050,
            "people": 12,
            "score": Decimal("88.5"),
            "on": date(2019, 5, 6),
            "own": True,
            "kind": "foundation",
        }
    ]


def test_what_is_written_can_be_read_again():
    row = {
        "name": "=晨光",
        "asked": 1200050,
        "people": 3,
        "score": Decimal("7.25"),
        "on": date(2020, 1, 2),
        "own": False,
    }
    parsed = read_xlsx(write_xlsx([Sheet("名单", COLUMNS, [{**row, "kind": "社会团体"}])]), COLUMNS)
    assert [{**one} for one in parsed.rows] == [{**row, "_row": 2, "kind": "association"}]


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (0, None, "第 2 行“单位名称”：不能为空。"),
        (0, "长" * 21, "第 2 行“单位名称”：最多 20 个字，现在是 21 个。"),
        (1, "3万", "请写成 30000.00"),
        (1, -5, "不能是负数"),
        (1, 1.005, "最多写到分"),
        (2, 1.5, "请写整数"),
        (3, "好", "请写数字"),
        (4, "去年", "请写日期，例如 2026-03-01。"),
        (4, "2026-02-30", "请写日期"),
        (5, "大概", "请写“是”或“否”。"),
        (6, "公司", "只能写：社会团体、基金会。"),
        (0, "=A1", "这一格是公式"),
        (0, 420106199001011234, "后几位已经丢失"),
        (0, "#REF!", "错误值"),
    ],
)
def test_a_bad_cell_is_told_with_its_row_column_and_remedy(at, value, says):
    row = list(GOOD)
    row[at] = value
    parsed = read_xlsx(filled([row]), COLUMNS)
    (error,) = parsed.errors
    assert says in str(error)
    assert error.row == 2


def test_all_faults_of_all_rows_are_told_at_once():
    parsed = read_xlsx(filled([[None, "x", "y"], GOOD, ["甲", "3万"]]), COLUMNS)
    assert [(error.row, error.column) for error in parsed.errors] == [
        (2, "单位名称"),
        (2, "申请金额"),
        (2, "人数"),
        (4, "申请金额"),
    ]


def test_a_phone_number_kept_as_a_number_is_read_whole():
    parsed = read_xlsx(filled([[13812341234.0]], ["电话"]), [Column("phone", "电话")])
    assert parsed.rows[0]["phone"] == "13812341234"


def test_the_header_is_found_below_a_title_and_empty_rows_are_passed_over():
    titles = ["单位名称*", " 申请 金额：", "备注"]
    parsed = read_xlsx(
        filled([[None, None], ["甲", 5], ["", "  "]], titles, before=[["2026年报名表"], []]), COLUMNS
    )
    assert parsed.is_clean
    assert parsed.rows == [{"_row": 5, "name": "甲", "asked": 500}]
    assert parsed.ignored == ["备注"]


def test_a_missing_column_or_a_double_one_is_named():
    assert "缺少这些列：申请金额" in str(read_xlsx(filled([], ["单位名称"]), COLUMNS).errors[0])
    twice = read_xlsx(filled([], ["单位名称", "申请金额", "单位名称"]), COLUMNS)
    assert "出现了两次：单位名称" in str(twice.errors[0])


def test_more_rows_than_agreed_are_refused():
    parsed = read_xlsx(filled([["甲", 1]] * 4), COLUMNS, most_rows=3)
    assert "一次最多读入 3 行" in str(parsed.errors[0])
    assert parsed.rows == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rubbish", b"MZ" + b"\0" * 99, "单位名称\n甲".encode()])
def test_what_is_no_workbook_is_refused(data):
    with pytest.raises(FileRefused):
        read_xlsx(data, COLUMNS)


def test_a_workbook_without_an_inside_is_told_not_raised():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("xl/workbook.xml", "<workbook/>")
    assert "打不开" in str(read_xlsx(out.getvalue(), COLUMNS).errors[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_bank_file_is_read_in_either_encoding(encoding):
    data = "单位名称,申请金额,成立日期\r\n晨光社工,\t12000.50,2019年5月6日\r\n".encode(encoding)
    parsed = read_csv(data, COLUMNS)
    assert parsed.rows == [{"_row": 2, "name": "晨光社工", "asked": 1200050, "on": date(2019, 5, 6)}]
