"""Forms for uploading a report and for answering what the reading could not decide."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

from flask_wtf.file import FileRequired, MultipleFileField
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, NumberRange, Optional, ValidationError

from tracker.domain.photos import is_photo, page_order
from tracker.web.forms.base import StrictForm

SUFFIXES = (
    *(".docx", ".doc", ".wps", ".rtf", ".pdf", ".ofd", ".html", ".htm", ".mht", ".mhtml", ".txt"),
    *(".jpg", ".jpeg", ".png"),
)
READABLE = (
    "Word、WPS 文档（.docx、.doc、.wps、.rtf）、PDF、OFD、网页（.html、.mht）、文本文件（.txt）或扫描图片（.jpg、.png）"
)
ONE_REPORT = "一次上传一份报告，只有同一份报告的几张照片（.jpg、.png）可以一起选。其余文件请分别上传。"
EARLIEST_YEAR = 2000


def check_year(year: int, today: date) -> None:
    """Raise ValidationError for a year that cannot be reported on yet, or is too long ago."""
    if not EARLIEST_YEAR <= year <= today.year:
        raise ValidationError(f"年度应在 {EARLIEST_YEAR} 到 {today.year} 之间，例如 {today.year - 1}。")


class UploadForm(StrictForm):
    """报告文件、所属单位，以及可不填的年度."""

    unit_id = SelectField("报告单位", coerce=int, validators=[InputRequired("请选择报告单位。")])
    report_year = IntegerField("报告年度", validators=[Optional()])
    file = MultipleFileField("报告文件", validators=[FileRequired("请选择要上传的文件。")])

    def __init__(self, *, units: list[tuple[int, str]], today: date) -> None:
        super().__init__()
        self.unit_id.choices = units
        self.today = today

    def validate_report_year(self, field: IntegerField) -> None:
        """Refuse a year that cannot be reported on yet."""
        if field.data is not None:
            check_year(field.data, self.today)

    def validate_file(self, field: MultipleFileField) -> None:
        """Refuse at once what no reader takes, so that nobody waits for it; only photographs come several at once."""
        names = [upload.filename or "" for upload in self.sent]
        if len(names) > 1 and not all(map(is_photo, names)):
            raise ValidationError(ONE_REPORT)
        if any(PurePath(name).suffix.lower() not in SUFFIXES for name in names):
            raise ValidationError(f"可以读取的是 {READABLE}。请另存为 .docx 后上传。")

    @property
    def sent(self) -> list[Any]:
        """The files that came along: one, or several photographs in the order of pages."""
        uploads = [upload for upload in self.file.data or [] if getattr(upload, "filename", "")]
        return sorted(uploads, key=lambda upload: page_order(upload.filename))


class AnswerForm(StrictForm):
    """What a person says to a question of an upload."""

    choice = StringField(
        validators=[AnyOf(("replace", "keep_unit", "move_unit", "year", "retry", "cancel"), message="请选择一项。")]
    )
    report_year = IntegerField("报告年度", validators=[Optional(), NumberRange(EARLIEST_YEAR, 2200)])
    unit_id = IntegerField(validators=[Optional()])
