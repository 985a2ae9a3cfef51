"""What is handed in is what it says it is, small enough, and carries nothing that acts by itself."""

import io
import time
import zipfile
import zlib

import pikepdf
import pytest

from core.files.inspection import clean_name, inspect
from core.files.refusals import FileRefused
from tests.core.files.corpus import CANARY, EVERYTHING, bomb_png, pack, paper, picture, word, workbook


def look(data, name="材料.pdf", accepts=EVERYTHING, most=20 * 1024 * 1024):
    return inspect(data, filename=name, accepts=accepts, max_bytes=most)


GOOD = {
    "pdf": paper(2),
    "jpeg": picture(),
    "png": picture("PNG"),
    "webp": picture("WEBP"),
    "docx": word(),
    "xlsx": workbook(),
    "zip": pack({"一.txt": "一", "二.pdf": "二"}),
    "csv": "姓名,金额\n王,1\n".encode(),
    "json": b'{"a": 1}',
}


@pytest.mark.parametrize("code", GOOD)
def test_an_honest_file_is_taken_and_named_by_what_it_is(code):
    kind, name = look(GOOD[code], name="我的 材料.bin")
    assert kind.code == code
    assert name == f"我的 材料{kind.extension}"


def test_a_photo_with_the_wrong_ending_gets_the_right_one():
    assert look(picture(), "照片.png")[1] == "照片.jpg"
    assert look(picture(), "照片.JPEG")[1] == "照片.JPEG"


def pdf_with(key, value):
    def change(pdf):
        pdf.Root[key] = value

    return paper(change=change)


def pdf_with_attachment(pdf):
    pdf.attachments["a.txt"] = b"hello"


def xml_bomb():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l9;</x>'


def object_stream_bomb():
    body = zlib.compress(b"\x00" * (80 * 1024 * 1024), 9)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Obj#53tm/N 1/First 4/Filter/FlateDecode/Length "
    return head + str(len(body)).encode() + b">>\nstream\n" + body + b"\nendstream\nendobj\n%%EOF"


def lying_zip():
    data = bytearray(word(**{"word/media/a.png": b"\x00" * 3_000_000}))
    return bytes(data)


def encrypted_zip():
    data = bytearray(pack({"a.txt": "hello"}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


OUTSIDE = (
    '<Relationships><Relationship Id="1" Type="http://x/{}" Target="http://h/t" TargetMode="External"/>'
    "</Relationships>"
)
JS = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

BAD = {
    "nothing": (b"", "empty"),
    "renamed exe": (b"MZ\x90\x00" + b"\0" * 500, "program"),
    "linux program": (b"\x7fELF" + b"\0" * 500, "program"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "svg"),
    "svg behind a prolog": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x --><svg/>', "svg"),
    "web page": (b"<!DOCTYPE html><html></html>", "html"),
    "web page called pdf": (b"  <HTML><body onload=alert(1)>", "html"),
    "script in text": (b"hello <script>alert(1)</script>", "html"),
    "xml": (b'<?xml version="1.0"?><a/>', "wrong_type"),
    "gif": (b"GIF89a=1;alert(1)//" + b"\0" * 30, "wrong_type"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_office"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + b"\0" * 60, "heic"),
    "rar": (b"Rar!\x1a\x07\x00" + b"\0" * 60, "wrong_type"),
    "binary": (bytes(range(256)), "wrong_type"),
    "pdf after rubbish": (b"GIF89a" + paper(), "wrong_type"),
    "pdf cut short": (b"%PDF-1.7\n%rubbish", "damaged"),
    "pdf with javascript": (pdf_with("/OpenAction", JS), "active"),
    "pdf with launch": (pdf_with("/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.Launch)), "active"),
    "pdf with named javascript": (pdf_with("/Names", pikepdf.Dictionary(JavaScript=[])), "active"),
    "pdf with xfa": (pdf_with("/AcroForm", pikepdf.Dictionary(XFA=[])), "active"),
    "pdf with javascript deep down": (
        pdf_with("/AA", pikepdf.Dictionary(WC=pikepdf.Dictionary(N=JS))),
        "active",
    ),
    "pdf with attachment": (paper(change=pdf_with_attachment), "attached"),
    "pdf with password": (paper(encryption=pikepdf.Encryption(owner="a", user="b")), "locked"),
    "pdf with owner password": (paper(encryption=pikepdf.Encryption(owner="a", user="")), "locked"),
    "pdf of 501 pages": (paper(501), "pages"),
    "pdf without a page": (paper(0), "structure"),
    "pdf object stream bomb": (object_stream_bomb(), "unpacks"),
    "png bomb": (bomb_png(), "pixels"),
    "animated webp": (
        picture("WEBP", save_all=True, append_images=[__import__("PIL.Image").Image.new("RGB", (60, 40))]),
        "structure",
    ),
    "jpeg cut short": (picture(size=(600, 400))[:900], "damaged"),
    "png with a flipped byte": (picture("PNG")[:60] + b"\xff" + picture("PNG")[61:], "damaged"),
    "zip cut short": (pack({"a.txt": "hello" * 100})[:60], "damaged"),
    "zip in zip": (pack({"inner.zip": pack({"a": "b"})}), "attached"),
    "program in zip": (pack({"安装.EXE": b"MZ"}), "active"),
    "zip that climbs out": (pack({"../../etc/passwd": "x"}), "structure"),
    "zip with an absolute path": (pack({"/etc/passwd": "x"}), "structure"),
    "zip with a drive": (pack({"c:\\x": "x"}), "structure"),
    "zip that says a name twice": (pack({"a.txt": "1", "A.TXT": "2"}), "structure"),
    "zip with password": (encrypted_zip(), "locked"),
    "zip of many": (pack({f"{i}.txt": "" for i in range(2001)}), "unpacks"),
    "zip bomb": (pack({"a.txt": b"\0" * 20_000_000}), "unpacks"),
    "docx bomb": (word(**{"word/media/a.bin": b"\0" * 20_000_000}), "unpacks"),
    "docx with macro": (word(**{"word/vbaProject.bin": b"x"}), "active"),
    "docx with activex": (word(**{"word/activeX/activeX1.xml": "<a/>"}), "active"),
    "docx with a file in it": (word(**{"word/embeddings/oleObject1.bin": b"x"}), "attached"),
    "docx with entities": (word(**{"word/styles.xml": xml_bomb()}), "structure"),
    "docx with entities in utf-16": (word(**{"word/styles.xml": xml_bomb().encode("utf-16")}), "structure"),
    "docx with a template from the network": (
        word(**{"word/_rels/settings.xml.rels": OUTSIDE.format("attachedTemplate")}),
        "outside",
    ),
    "xlsx with a hidden sheet": (
        workbook(
            **{"xl/workbook.xml": '<workbook><sheet name="底表" sheetId="2" state="veryHidden"/></workbook>'}
        ),
        "hidden_sheet",
    ),
    "xlsx with a link to a file": (
        workbook(**{"xl/externalLinks/_rels/e.xml.rels": OUTSIDE.format("externalLinkPath")}),
        "outside",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_quickly_in_a_sentence(case):
    data, code = BAD[case]
    started = time.perf_counter()
    with pytest.raises(FileRefused) as refusal:
        look(data)
    assert time.perf_counter() - started < 2
    assert refusal.value.code == code
    assert str(refusal.value).endswith("。") or "：" in str(refusal.value)
    assert refusal.value.status == 422


def test_a_hyperlink_in_a_document_is_no_harm():
    assert look(word(**{"word/_rels/document.xml.rels": OUTSIDE.format("hyperlink")}))[0].code == "docx"


def test_a_file_above_the_limit_is_told_both_sizes():
    with pytest.raises(FileRefused, match=r"有 2\.0 MB，超过 1\.0 MB"):
        look(b"a" * 2 * 1024 * 1024, most=1024 * 1024)


def test_a_type_that_is_fine_elsewhere_is_told_what_is_fine_here():
    with pytest.raises(FileRefused, match="这里可以上传：PDF、JPG"):
        look(word(), accepts=("pdf", "jpeg"))


def test_a_zip_that_lies_about_its_sizes_is_damaged_not_unpacked():
    data = bytearray(workbook(**{"xl/big.xml": "<a>" + "中" * 50_000 + "</a>"}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            name_at = start + (30 if mark == b"PK\x03\x04" else 46)
            if data[name_at : name_at + 10] == b"xl/big.xml":
                data[start + at : start + at + 4] = (10).to_bytes(4, "little")
            start += 4
    with pytest.raises(FileRefused) as refusal:
        look(bytes(data))
    assert refusal.value.code == "damaged"
    assert zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo("xl/big.xml").file_size == 10


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\用户\\材料.pdf", "材料.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("  报告 .pdf ", "报告 .pdf"),
        ("长" * 200 + ".pdf", "长" * 96 + ".pdf"),
        ("<img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).png"),
        ("无后缀", "无后缀"),
    ],
)
def test_a_name_is_only_a_name(given, kept):
    assert clean_name(given) == kept
    assert len(clean_name(given)) <= 100


@pytest.mark.parametrize("given", ["", "...", "/", "\u202e", "..\\"])
def test_no_name_is_refused(given):
    with pytest.raises(FileRefused, match="起一个名字"):
        clean_name(given)


def test_the_canary_is_a_canary():
    assert CANARY.encode() not in paper()
