"""Forms of several files at once: the files themselves, and what a person says of those whose unit or year is unclear."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import IntegerField
from wtforms.validators import Optional, ValidationError

from tracker.services.batches import Choice
from tracker.web.forms.base import StrictForm
from tracker.web.forms.reports import check_year
from tracker.web.forms.review import ListField

INCOMPLETE = "页面内容不完整，请刷新后重试。"
_NUMBER = re.compile(r"^\d{1,9}$")
_YEAR = re.compile(r"^\d{4}$")
LONGEST_NAME = 200


class BatchForm(StrictForm):
    """报告文件或文件夹，以及对全部文件都适用的年度."""

    files = MultipleFileField("文件或压缩包")
    folder = MultipleFileField("文件夹")
    report_year = IntegerField("报告年度", validators=[Optional()])

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self.today = today

    def validate_report_year(self, field: IntegerField) -> None:
        """Refuse a year that cannot be reported on yet."""
        if field.data is not None:
            check_year(field.data, self.today)

    @property
    def sent(self) -> list[Any]:
        """The files that came along, those of the folder after the others."""
        both = [*(self.files.data or []), *(self.folder.data or [])]
        return [upload for upload in both if getattr(upload, "filename", "")]


class ChooseForm(StrictForm):
    """For each ``file`` the name of its ``unit``, for each one ``asked`` for its year the ``year``; empty ones say nothing."""

    file = ListField()
    unit = ListField()
    asked = ListField()
    year = ListField()

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self.today = today

    def validate_unit(self, field: ListField) -> None:
        """Refuse lists that do not belong together."""
        _check_pairs(self.file.data, field.data)
        if any(len(name) > LONGEST_NAME for name in field.data or []):
            raise ValidationError(INCOMPLETE)

    def validate_year(self, field: ListField) -> None:
        """Refuse lists that do not belong together, and years that no report can be of."""
        _check_pairs(self.asked.data, field.data)
        for year in field.data or []:
            if year.strip():
                check_year(int(year) if _YEAR.match(year) else 0, self.today)

    @property
    def choices(self) -> list[Choice]:
        """What was said."""
        units = zip(self.file.data or [], self.unit.data or [], strict=True)
        years = zip(self.asked.data or [], self.year.data or [], strict=True)
        return [Choice(int(key), unit_name=name.strip()) for key, name in units if name.strip()] + [
            Choice(int(key), report_year=int(year)) for key, year in years if year.strip()
        ]

    @property
    def typed(self) -> dict[int, str]:
        """The names as typed, by file, for showing the page again."""
        pairs = zip(self.file.data or [], self.unit.data or [], strict=False)
        return {int(key): name for key, name in pairs if _NUMBER.match(key)}


class ButtonForm(StrictForm):
    """A button."""


def _check_pairs(keys: list[str] | None, values: list[str] | None) -> None:
    keys, values = keys or [], values or []
    if len(keys) != len(values) or len(set(keys)) != len(keys) or not all(_NUMBER.match(key) for key in keys):
        raise ValidationError(INCOMPLETE)
