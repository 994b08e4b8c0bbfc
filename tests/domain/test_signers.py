"""Whose report a file is: by its signature, and as a proposal by its name and folders."""

from __future__ import annotations

import pytest

from tracker.domain.batches import clean_path, is_junk, is_nested_archive
from tracker.domain.signers import Signer, find_named, find_signed, guess_unit
from tracker.domain.unit_names import KnownUnit

AREA = KnownUnit(1, "清溪县", "清溪县")
NAMES = {
    2: ("柳湾镇人民政府", "柳湾镇"),
    3: ("石渡镇人民政府", "石渡镇"),
    4: ("清溪县交通运输局", "交通运输局"),
    5: ("清溪县司法局", "司法局"),
    6: ("柳湾镇司法所", "柳湾镇司法所"),
    7: ("清溪县住房和城乡建设局", "住房城乡建设局"),
    8: ("城关街道办事处", "城关街道"),
    9: ("清溪县市场监督管理局", "市场监管局"),
    10: ("东石渡镇人民政府", "东石渡镇"),
}
SIGNERS = [Signer(AREA)] + [Signer(KnownUnit(number, *names), AREA) for number, names in NAMES.items()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("清溪县柳湾镇人民政府", [2]),
        ("柳湾镇", [2]),
        ("柳湾镇政府", [2]),
        ("清溪县司法局", [5]),
        ("司法局", [5]),
        ("清溪县市场监管局", [9]),
        ("清溪县人民政府", [1]),
        ("城关街道", [8]),
        ("石渡镇人民政府", [3]),
        ("东石渡镇人民政府", [10]),
        ("邻水县航天局", []),
    ],
)
def test_signatures(written: str, expected: list[int]) -> None:
    assert [signer.unit.id for signer in find_signed(written, SIGNERS)] == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("柳湾镇2025年法治政府建设报告.docx", 2),
        ("柳湾镇人民政府报告.docx", 2),
        ("柳湾镇司法所.docx", 6),
        ("柳湾镇、柳湾镇司法所.docx", None),
        ("清溪县/乡镇/石渡镇/报告（定稿）.docx", 3),
        ("东石渡镇.docx", 10),
        ("司法局汇总/柳湾镇.docx", 2),
        ("司法局汇总/报告.docx", 5),
        ("柳湾镇和石渡镇.docx", None),
        ("报告.docx", None),
        ("市场监督管理局.docx", 9),
    ],
)
def test_names_of_files_and_folders(path: str, expected: int | None) -> None:
    found = find_named(path, SIGNERS)
    assert (found.unit.id if found else None) == expected


@pytest.mark.parametrize(
    ("written", "path", "unit_id", "doubt"),
    [
        ("柳湾镇人民政府", "柳湾镇.docx", 2, ""),
        ("柳湾镇人民政府", "1.docx", 2, ""),
        ("柳湾镇人民政府", "司法局汇总/1.docx", 2, ""),
        ("柳湾镇人民政府", "石渡镇.docx", 2, "文件名写的却是“石渡镇”"),
        (None, "石渡镇.docx", 3, "没有读到单位名称"),
        (None, "住建局2025年报告.docx", 7, "没有读到单位名称"),
        (None, "2025年清溪县住建局报告.docx", 1, "没有读到单位名称"),
        (None, "关于住建局的报告.docx", 7, "没有读到单位名称"),
        (None, "报告.docx", None, "没有读到单位名称"),
        ("航天局", "报告.docx", None, "没有找到对应的报送单位"),
        ("航天局", "柳湾镇.docx", 2, "没有找到对应的报送单位"),
        ("镇", "柳湾镇.docx", None, "没有找到对应的报送单位"),
    ],
)
def test_guesses(written: str | None, path: str, unit_id: int | None, doubt: str) -> None:
    guess = guess_unit(written, path, SIGNERS)
    if written == "镇":
        assert guess.doubt  # a level alone is no name
        return
    assert guess.unit_id == unit_id
    assert doubt in guess.doubt
    assert bool(doubt) == bool(guess.doubt)


def test_of_several_that_fit_the_file_name_chooses_as_a_proposal() -> None:
    twins = [Signer(KnownUnit(1, "甲县民政局", "甲县民政局")), Signer(KnownUnit(2, "乙县民政局", "乙县民政局"))]
    assert guess_unit("民政局", "乙县民政局.docx", twins).unit_id == 2
    assert "都相符" in guess_unit("民政局", "1.docx", twins).doubt


@pytest.mark.parametrize(
    "path", ["Thumbs.db", "a/~$报告.docx", "__MACOSX/a.docx", "a/.DS_Store", "a\\desktop.ini", "", "/"]
)
def test_junk(path: str) -> None:
    assert is_junk(path)
    assert not is_junk("甲/报告.docx")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("甲/乙.docx", "甲/乙.docx"),
        ("..\\..\\etc\\乙.docx", "etc/乙.docx"),
        ("C:\\甲\\乙.docx", "甲/乙.docx"),
        ("/根/./乙\u202e.docx", "根/乙.docx"),
        ("\x00", "未命名文件"),
        ("长" * 300 + "/" + "名" * 300, "名" * 300),
        ("名" * 500, "名" * 400),
    ],
)
def test_paths_are_for_showing(name: str, path: str) -> None:
    assert clean_path(name) == path


def test_containers_within_a_zip_are_known_by_their_name() -> None:
    assert [is_nested_archive(name) for name in ("a.zip", "a.RAR", "a.7z", "a.tar.gz", "a.docx")] == [True] * 4 + [
        False
    ]
