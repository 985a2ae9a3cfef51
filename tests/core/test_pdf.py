"""A PDF reaches nothing, embeds nothing, names nobody, and comes out the same every time."""

import base64
import io
import socket
import threading
import time
from datetime import UTC, datetime

import pikepdf
import pytest
from django.template.loader import render_to_string
from PIL import Image

from core.pdf import RenderFailed, render_html, static_file

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def page(body, head=""):
    return f"<!DOCTYPE html><html lang=zh-CN><head>{head}</head><body>{body}</body></html>"


def opened(data):
    return pikepdf.open(io.BytesIO(data))


@pytest.fixture(scope="module")
def notice():
    """An official notice, from the base template."""
    context = {
        "title": "关于立项的通知",
        "issuer": "示例区民政局",
        "addressee": "各有关单位",
        "signatory": "示例区民政局",
        "signed_on": "2026年11月24日",
        "attachments": ["名单"],
    }
    html = render_to_string("pdf/base.html", context)
    return html, render_html(html, title="关于立项的通知", created=NOW)


def test_it_is_pdf_a_3b_with_title_and_date_and_nobodys_name(notice):
    _, data = notice
    assert data.startswith(b"%PDF-1.7")
    with opened(data) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "B")
        assert meta["dc:title"] == "关于立项的通知"
        assert "dc:creator" not in meta
        assert "/Author" not in pdf.docinfo
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261124020000")
        assert "/OutputIntents" in pdf.Root


def test_the_same_document_gives_the_same_bytes(notice):
    html, data = notice
    assert render_html(html, title="关于立项的通知", created=NOW) == data
    assert render_html(html + " ", title="另一个", created=NOW) != data


def test_every_font_is_embedded_and_chinese_is_not_a_box(notice):
    _, data = notice
    with opened(data) as pdf:
        fonts = [
            obj
            for obj in pdf.objects
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all(any(key in font for key in ("/FontFile", "/FontFile2", "/FontFile3")) for font in fonts)
        assert any("Serif" in str(font.FontName) for font in fonts)


def test_the_page_of_an_official_document_has_the_margins_of_the_standard(notice):
    css = static_file("pdf/official.css").read_text()
    assert "margin: 37mm 26mm 35mm 28mm" in css
    with opened(notice[1]) as pdf:
        _, _, width, height = (float(x) for x in pdf.pages[0].mediabox)
    assert (round(width), round(height)) == (595, 842)


@pytest.fixture
def listener():
    """A port of our own that counts who comes."""
    visits = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        stop = threading.Event()

        def wait():
            while not stop.is_set():
                try:
                    visitor, _ = server.accept()
                except TimeoutError:
                    continue
                visits.append(visitor.getpeername())
                visitor.close()

        thread = threading.Thread(target=wait)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", visits
        stop.set()
        thread.join()


ATTACKS = [
    "<img src='{0}/a.png'>",
    "<link rel=stylesheet href='{0}/a.css'>",
    "<style>@import url({0}/b.css); p {{ background: url({0}/c.png) }}</style>",
    "<style>@font-face {{ font-family: x; src: url({0}/f.woff2) }} p {{ font-family: x }}</style>",
    "<link rel=attachment href='{0}/d.pdf'>",
    "<a rel=attachment href='{0}/e.pdf'>x</a>",
    "<base href='{0}/'><img src='f.png'>",
    "<object data='{0}/g.svg'></object><embed src='{0}/h.svg'>",
    "<svg xmlns='http://www.w3.org/2000/svg'><image href='{0}/i.png'/><use href='{0}/j.svg#x'/></svg>",
    "<link rel=attachment href='file:///etc/passwd'>",
    "<img src='file:///etc/passwd'><style>p {{ background: url(file:///etc/hostname) }}</style>",
    "<img src='//127.0.0.1/x.png'><img src='ftp://127.0.0.1/x'><img src='/etc/passwd'>",
    "<img src='static:../config/env.py'><img src='static:/etc/passwd'>",
    "<link rel=attachment href='static:pdf/official.css.bak'>",
    "<img src='DATA:,x'><img src=' http://127.0.0.1/x'>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_fetched_and_no_file_is_embedded(attack, listener):
    address, visits = listener
    data = render_html(page("<p>正文</p>" + attack.format(address)), title="x")
    time.sleep(0.05)
    assert visits == []
    assert b"/EmbeddedFile" not in data
    with opened(data) as pdf:
        for obj in pdf.objects:
            assert not (isinstance(obj, pikepdf.Dictionary) and "/EF" in obj)
            if isinstance(obj, pikepdf.Stream) and obj.get("/Type") == "/EmbeddedFile":
                raise AssertionError("a file was embedded")


def test_a_listener_does_count_a_visitor(listener):
    """The negative control of the test above."""
    address, visits = listener
    host, port = address.removeprefix("http://").split(":")
    socket.create_connection((host, int(port))).close()
    time.sleep(0.3)
    assert len(visits) == 1


def test_pictures_within_the_document_and_our_own_styles_are_shown():
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    dot = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    with opened(render_html(page(f"<img src='{dot}'>"), title="x")) as pdf:
        assert any(isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image" for o in pdf.objects)


@pytest.mark.parametrize(
    "name", ["../config/env.py", "/etc/passwd", "pdf/../../manage.py", "pdf", "nothing.css", ""]
)
def test_only_our_own_static_files_are_static(name):
    with pytest.raises(ValueError, match="static"):
        static_file(name)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_document_that_takes_too_long_is_stopped_and_the_next_one_works():
    rows = "".join(f"<tr><td>{i}<td>{i}</tr>" for i in range(60_000))
    started = time.perf_counter()
    with pytest.raises(RenderFailed, match="more than 1 seconds"):
        render_html(page(f"<table>{rows}</table>"), title="x", time_limit=1)
    assert time.perf_counter() - started < 8
    assert render_html(page("好"), title="x").startswith(b"%PDF")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_is_stopped_in_a_thread_too():
    told = []

    def work():
        try:
            render_html(page("<p>x</p>" * 80_000), title="x", time_limit=0.5)
        except RenderFailed as failure:
            told.append(str(failure))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert told


def test_a_blow_that_was_swallowed_is_followed_by_another_and_none_comes_late():
    from core.pdf import TookTooLong, _at_most

    swallowed = 0
    with pytest.raises(TookTooLong), _at_most(0.1):
        while swallowed < 2:
            try:
                while True:
                    sum(range(100))
            except TookTooLong:
                swallowed += 1
        while True:
            sum(range(100))
    ends = time.perf_counter() + 0.8
    while time.perf_counter() < ends:
        sum(range(100))


def test_a_document_beyond_reason_is_not_even_begun():
    with pytest.raises(RenderFailed, match="larger than"):
        render_html("x" * 21_000_000, title="x")
