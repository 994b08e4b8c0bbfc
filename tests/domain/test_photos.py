"""Photographs of pages: which are one report, in which order."""

from __future__ import annotations

import random

import pytest

from tracker.domain.photos import bundle_name, is_bundle, is_photo, page_order, reports_of_photos


@pytest.mark.parametrize(
    "names",
    [
        ["1.jpg", "2.jpg", "9.jpg", "10.jpg", "11.jpg"],
        ["IMG_0009.JPG", "IMG_0010.jpg", "IMG_0100.jpg"],
        ["第一页.jpg", "第二页.jpg", "第十页.jpg", "第十一页.jpg"],
        ["柳湾镇（1）.jpg", "柳湾镇（2）.jpg", "柳湾镇（12）.jpg"],
        ["扫描１.png", "扫描2.png", "扫描１０.png"],
        ["2026-01-05 093000.jpg", "2026-01-05 100000.jpg", "2026-01-06 080000.jpg"],
        ["微信图片_20260105093000123.jpg", "微信图片_20260105093000124.jpg"],
    ],
)
def test_pages_are_put_in_the_order_of_their_numbers(names: list[str]) -> None:
    mixed = random.Random(1).sample(names, len(names))
    assert sorted(mixed, key=page_order) == names


@pytest.mark.parametrize(
    ("paths", "groups"),
    [
        (["县/柳湾/1.jpg", "县/柳湾/10.jpg", "县/柳湾/2.jpg", "县/石渡.docx"], [["1.jpg", "2.jpg", "10.jpg"]]),
        (["县/柳湾/封面.jpg", "县/柳湾/正文1.png", "县/a.txt"], [["封面.jpg", "正文1.png"]]),
        (
            ["县/柳湾/1.jpg", "县/石渡/1.jpg", "县/柳湾/2.jpg", "县/石渡/2.jpg"],
            [["1.jpg", "2.jpg"], ["1.jpg", "2.jpg"]],
        ),
        (["柳湾镇.jpg", "石渡镇.jpg"], []),
        (
            ["柳湾1.jpg", "柳湾2.jpg", "石渡1.jpg", "石渡2.jpg"],
            [["柳湾1.jpg", "柳湾2.jpg"], ["石渡1.jpg", "石渡2.jpg"]],
        ),
        (["柳湾/1.jpg", "柳湾/2.jpg"], [["1.jpg", "2.jpg"]]),
        (["三里镇.jpg", "七里镇.jpg"], []),
        (["县/柳湾/1.jpg", "县/石渡.docx"], []),
        (["a.docx", "b.pdf"], []),
        ([], []),
    ],
)
def test_what_belongs_together(paths: list[str], groups: list[list[str]]) -> None:
    found = [[paths[place].rpartition("/")[2] for place in places] for places in reports_of_photos(paths)]
    assert found == groups


def test_names() -> None:
    assert bundle_name(["县/柳湾镇/1.jpg"] * 12) == "县/柳湾镇/柳湾镇（12 张照片）.zip"
    assert [is_bundle(name) for name in ("a/柳湾镇（12 张照片）.zip", "全县.zip", "照片（2 张）.zip")] == [
        True,
        False,
        False,
    ]
    assert [is_photo(name) for name in ("a/1.JPG", "b\\2.jpeg", "3.png", "4.pdf", "jpg")] == [
        True,
        True,
        True,
        False,
        False,
    ]
