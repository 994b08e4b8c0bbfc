"""Saved web pages: the text of the report, nothing of the site around it."""

from __future__ import annotations

import quopri
from base64 import encodebytes
from pathlib import Path

import pytest

from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.registry import read_file

TITLE = "石桥镇2030年法治政府建设情况报告"
BODY = (
    "2030年，石桥镇扎实推进法治政府建设，各项工作取得新的进展，现将有关情况报告如下。",
    "一、工作开展情况",
    "全年查办市容案件12件，组织岗位练兵2期，增配持证巡查员3名，执法力量得到充实，群众满意度稳步提高。",
    "二、2031年工作计划",
    "（一）充实巡查力量。6月底前增配持证巡查员不少于3名。（责任单位：综合行政执法队）",
)
PARAGRAPHS = "".join(f"<p style='text-indent:2em'>　　{text}</p>\n" for text in BODY)
SITE = """<div class="header"><a href="/">首页</a><ul class="nav"><li><a href="/a">政务公开</a></li><li><a href="/b">办事服务</a></li></ul></div>
<div class="crumb">您现在的位置：<a href="/">首页</a> &gt; <a href="/fz">法治政府建设</a></div>"""
INDEX = """<table><tr><td>索引号：</td><td>0001</td><td>主题分类：</td><td>司法</td></tr>
<tr><td>发布机构：</td><td>石桥镇</td><td>成文日期：</td><td>2031-01-10</td></tr></table>"""
AFTER = """<div class="share">分享到：<a href="#">微信</a></div><div class="related"><h3>相关阅读</h3><ul>
<li><a href="/1">石桥镇2029年法治政府建设情况报告</a></li><li><a href="/2">县司法局2030年工作总结</a></li></ul></div>
<div id="footer">主办：石桥镇人民政府 备案号：00000000</div><script>var a = "<p>脚本</p>";</script>"""


def page(body: str, *, head: str = "<meta charset='utf-8'>", title: str = TITLE) -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}<title>{title}-石桥镇人民政府</title></head><body>{SITE}<h1>{title}</h1>{INDEX}"
        f"<div class='info'>发布时间：2031-01-15 来源：本站</div>{body}{AFTER}</body></html>"
    )


def read(tmp_path: Path, data: str | bytes, name: str = "报告.html") -> list[str]:
    path = tmp_path / "上传"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_file(path, name=name)[1].text.split("\n")


@pytest.mark.parametrize(
    "holder",
    [
        '<div id="zoom">{}</div>',
        '<div class="TRS_Editor">{}</div>',
        '<div class="content"><div class="view TRS_UEDITOR trs_paper_default">{}</div></div>',
        '<div class="pages_content" id="UCAP-CONTENT">{}</div>',
        '<div class="article-content">{}</div>',
        '<div id="vsb_content"><div class="v_news_content">{}</div></div>',
        '<div class="xxgk-content"><div>{}</div></div>',
        '<form><table><tr><td><div class="news_content">{}</div></td></tr></table></form>',
    ],
)
def test_the_container_of_a_known_system(tmp_path: Path, holder: str) -> None:
    assert read(tmp_path, page(holder.format(PARAGRAPHS))) == [TITLE, *BODY]


@pytest.mark.parametrize(
    "holder", ["<div class='a1'><div class='b2'>{}</div></div>", "<table><tr><td>{}</td></tr></table>"]
)
def test_an_unknown_site_gives_its_densest_block(tmp_path: Path, holder: str) -> None:
    assert read(tmp_path, page(holder.format(PARAGRAPHS * 2))) == [TITLE, *BODY, *BODY]


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("utf-8", "gb18030"),
        ("", "gb18030"),
        ("", "utf-8"),
    ],
)
def test_the_encoding_is_found_even_where_the_page_is_wrong_about_it(tmp_path: Path, said: str, encoding: str) -> None:
    head = f"<meta http-equiv='Content-Type' content='text/html; charset={said}'>" if said else ""
    assert read(tmp_path, page(f"<div id='zoom'>{PARAGRAPHS}</div>", head=head).encode(encoding)) == [TITLE, *BODY]


def test_utf16_with_its_mark(tmp_path: Path) -> None:
    assert read(tmp_path, page(f"<div id='zoom'>{PARAGRAPHS}</div>").encode("utf-16")) == [TITLE, *BODY]


def test_a_table_of_tasks_gives_rows_and_spanned_cells_stay_empty(tmp_path: Path) -> None:
    table = """<table><tr><th>序号</th><th>任务</th><th>责任单位</th></tr>
    <tr><td>1</td><td><p>充实巡查力量</p></td><td rowspan="2">执法队</td></tr><tr><td>2</td><td>改进<br>普法方式</td></tr></table>"""
    found = read(tmp_path, page(f"<div id='zoom'>{PARAGRAPHS}{table}</div>"))
    assert found[-3:] == ["序号\t任务\t责任单位", "1\t充实巡查力量\t执法队", "2\t改进 普法方式\t"]


def test_breaks_lists_and_hidden_text(tmp_path: Path) -> None:
    body = """<p>第一行<br>第二行</p><ol><li>甲</li><li>乙</li></ol><ol start="3"><li>3.丙</li></ol><ul><li>点</li></ul>
    <p style="display:none">隐藏</p><p>分成
    两行的源码 and
    English words</p>"""
    found = read(tmp_path, page(f"<div id='zoom'>{PARAGRAPHS}{body}</div>"))[len(BODY) + 1 :]
    assert found == ["第一行", "第二行", "1.甲", "2.乙", "3.丙", "点", "分成两行的源码 and English words"]


def test_a_page_that_office_systems_call_doc(tmp_path: Path) -> None:
    path = tmp_path / "上传"
    path.write_text(page(f"<div class='WordSection1'>{PARAGRAPHS}</div>"), encoding="utf-8")
    _, document = read_file(path, name="报告.doc")
    assert document.text.split("\n") == [TITLE, *BODY]
    assert document.notices == ("文件名以 .doc 结尾，内容是网页文件，已按内容读取。",)


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("name", ["报告.mht", "报告.doc"])
def test_an_archive(tmp_path: Path, coding: str, name: str) -> None:
    raw = page(f"<div id='zoom'>{PARAGRAPHS}</div>", head="").encode("gb18030")
    told = {"quoted-printable": quopri.encodestring, "base64": encodebytes, "8bit": bytes}[coding](raw)
    head = (
        "From: <Saved by Blink>\r\nSubject: page\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n type="text/html";\r\n boundary="----a"\r\n\r\n------a\r\n'
        f"Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    )
    rest = b"\r\n------a\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n------a--\r\n"
    assert read(tmp_path, head.encode() + told + rest, name) == [TITLE, *BODY]


def test_an_archive_without_a_page(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(
            tmp_path, b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n\nx\n--a--\n", "报告.mht"
        )
    assert caught.value.code == "damaged"


def test_tags_without_end(tmp_path: Path) -> None:
    path = tmp_path / "报告.html"
    path.write_text("<html><body>" + "<div>" * 60 + "深" + "</div>" * 60, encoding="utf-8")
    assert read_file(path)[1].text == "深"
    path.write_text("<html><body>" + "<b><i>" * 3000 + "深", encoding="utf-8")
    with pytest.raises(UnreadableDocument) as caught:
        read_file(path, limits=Limits(depth=50))
    assert caught.value.code in ("too_deep", "no_text")
