"""A cleaned file shows the same and says nothing of who made it."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from core.files.inspection import inspect
from core.files.renditions import cleaned, strip_jpeg, strip_png
from tests.core.files.corpus import CANARY, EVERYTHING, W, paper, photo_with_gps, picture, word, workbook

NEEDLES = [CANARY.encode(), CANARY.encode("utf-16-be"), CANARY.encode("utf-16-le"), b"canary"]


def contents(data):
    """The bytes and everything unpacked from them."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    if data.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(data)) as pdf:
            for obj in pdf.objects:
                yield repr(obj).encode()
                if isinstance(obj, pikepdf.Stream):
                    yield obj.read_raw_bytes()
                    if obj.get("/Filter") != pikepdf.Name.DCTDecode:
                        yield obj.read_bytes()


def pixels(data):
    return Image.open(io.BytesIO(data)).tobytes()


def has_canary(data):
    return any(needle in piece for piece in contents(data) for needle in NEEDLES)


def signed_pdf():
    def change(pdf):
        with pdf.open_metadata() as meta:
            meta["dc:creator"] = [CANARY]
        pdf.docinfo["/Author"] = CANARY
        page = pdf.pages[0]
        image = pdf.make_stream(
            photo_with_gps(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=60,
            Height=40,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        page.Contents = pdf.make_stream(b"q 60 0 0 40 0 0 cm /Im0 Do Q")
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, T=CANARY, Contents="canary", Rect=[0, 0, 9, 9]
        )
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9])
        page.Annots = pikepdf.Array([pdf.make_indirect(note), pdf.make_indirect(link)])

    return paper(change=change)


def signed_word():
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{CANARY}</dc:creator></cp:coreProperties>'
    )
    body = (
        f'<w:document {W}><w:body><w:p w:rsidR="00AA11BB"><w:commentRangeStart w:id="0"/>'
        "<w:r><w:t>保留的正文</w:t></w:r>"
        f'<w:ins w:author="{CANARY}" w:date="2026" w:id="1"><w:r><w:t>新加的字</w:t></w:r></w:ins>'
        f'<w:del w:author="{CANARY}" w:id="2"><w:r><w:delText>canary删掉的字</w:delText></w:r></w:del>'
        '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p></w:body></w:document>'
    )
    comments = (
        f'<w:comments {W}><w:comment w:id="0" w:author="{CANARY}" w:initials="canary">'
        f"<w:p><w:r><w:t>canary</w:t></w:r></w:p></w:comment></w:comments>"
    )
    return word(
        **{
            "docProps/core.xml": core,
            "docProps/app.xml": f"<Properties><Company>{CANARY}</Company></Properties>",
            "docProps/custom.xml": f"<Properties><x>{CANARY}</x></Properties>",
            "docProps/thumbnail.jpeg": photo_with_gps(),
            "word/document.xml": body,
            "word/comments.xml": comments,
            "word/people.xml": f'<a:people xmlns:a="a"><a:person a:author="{CANARY}"/></a:people>',
            "word/media/image1.jpeg": photo_with_gps(),
        }
    )


def signed_workbook():
    return workbook(
        **{
            "docProps/core.xml": f"<x>{CANARY}</x>",
            "xl/workbook.xml": '<workbook><fileSharing userName="canary"/>'
            '<sheets><sheet name="表" sheetId="1"/></sheets></workbook>',
            "xl/comments1.xml": f"<comments><authors><author>{CANARY}</author></authors>"
            "<commentList><comment><text><t>canary</t></text></comment></commentList></comments>",
            "xl/persons/person.xml": f'<personList><person displayName="{CANARY}"/></personList>',
            "xl/threadedComments/threadedComment1.xml": "<ThreadedComments><threadedComment>canary"
            "</threadedComment></ThreadedComments>",
            "xl/drawings/vmlDrawing1.vml": "<xml><x>canary</x></xml>",
        }
    )


CASES = {
    "jpeg": photo_with_gps,
    "pdf": signed_pdf,
    "docx": signed_word,
    "xlsx": signed_workbook,
    "png": lambda: picture("PNG", pnginfo=png_words()),
    "webp": lambda: picture("WEBP", exif=Image.open(io.BytesIO(photo_with_gps())).getexif()),
}


def png_words():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "canary")
    info.add_itxt("Comment", CANARY)
    return info


@pytest.mark.parametrize("code", CASES)
def test_a_cleaned_file_says_nothing_of_its_maker(code):
    data = CASES[code]()
    assert inspect(data, filename="x", accepts=EVERYTHING, max_bytes=10**7)[0].code == code
    if code != "webp":
        assert has_canary(data), "the original must hold the canary, or the test proves nothing"
    clean = cleaned(data, code)
    assert not has_canary(clean)
    assert inspect(clean, filename="x", accepts=EVERYTHING, max_bytes=10**7)[0].code == code


@pytest.mark.parametrize("code", CASES)
def test_cleaning_the_same_file_twice_gives_the_same_bytes(code):
    data = CASES[code]()
    assert cleaned(data, code) == cleaned(data, code)


def test_a_photo_loses_its_place_and_is_turned_upright():
    clean = Image.open(io.BytesIO(cleaned(photo_with_gps(), "jpeg")))
    assert not clean.getexif()
    assert clean.size == (40, 60)


def test_a_large_photo_is_shrunk_to_what_a_reviewer_needs():
    clean = Image.open(io.BytesIO(cleaned(picture(size=(9000, 300)), "jpeg")))
    assert max(clean.size) == 4000


def test_word_keeps_its_text_accepts_insertions_and_drops_what_was_deleted():
    with zipfile.ZipFile(io.BytesIO(cleaned(signed_word(), "docx"))) as archive:
        body = archive.read("word/document.xml").decode()
        assert archive.read("word/comments.xml").count(b"<w:comment ") == 0
    assert "保留的正文" in body
    assert "新加的字" in body
    assert "删掉的字" not in body
    assert "rsid" not in body
    assert "comment" not in body


def test_a_pdf_keeps_its_links_and_pictures():
    with pikepdf.open(io.BytesIO(cleaned(signed_pdf(), "pdf"))) as pdf:
        page = pdf.pages[0]
        assert [str(note.Subtype) for note in page.Annots] == ["/Link"]
        picture_in_it = page.Resources.XObject.Im0
        assert Image.open(io.BytesIO(picture_in_it.read_raw_bytes())).size == (60, 40)


def test_pictures_inside_documents_are_stripped_without_touching_a_pixel():
    before, after = photo_with_gps(), strip_jpeg(photo_with_gps())
    assert b"Exif" in before
    assert b"Exif" not in after
    assert b"canary" not in after
    assert pixels(before) == pixels(after)
    signed = picture("PNG", pnginfo=png_words())
    assert b"canary" not in strip_png(signed)
    assert pixels(signed) == pixels(strip_png(signed))
    assert strip_jpeg(b"no picture") == b"no picture"
