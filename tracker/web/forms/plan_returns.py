"""Forms of sending a plan back: the remarks, the unit's answers, the end of it."""

from __future__ import annotations

import re

from wtforms import DateField, HiddenField, TextAreaField
from wtforms.validators import Length, Optional, Regexp, ValidationError

from tracker.domain.plan_returns import LONGEST_REMARK, LONGEST_REPLY
from tracker.services.plan_returns import Remark
from tracker.web.forms.base import StrictForm
from tracker.web.forms.review import WHOLE_NUMBER, ListField, VersionedForm

INCOMPLETE = "页面内容不完整，请刷新后重试。"
_ITEM = re.compile(r"^t(\d{1,9}):(\d{1,9})$")
_PROBLEM = re.compile(r"^p:(p\d{1,4})$")


class SendBackForm(StrictForm):
    """What is sent back: for each ``about`` (``t12:3`` an item and its version, ``p:p2`` a problem) a ``remark``; those
    ``chosen`` go out."""

    general = TextAreaField("总的意见", validators=[Length(max=LONGEST_REMARK, message="总的意见不超过 1000 字。")])
    reply_by = DateField("答复期限", validators=[Optional()])
    chosen = ListField()
    about = ListField()
    remark = ListField()

    def validate_chosen(self, field: ListField) -> None:
        """Refuse what the page does not have."""
        keys = self.about.data or []
        known = all(_ITEM.match(key) or _PROBLEM.match(key) for key in keys)
        whole = len(keys) == len(self.remark.data or []) == len(set(keys))
        if not (known and whole and set(field.data or []) <= set(keys)):
            raise ValidationError(INCOMPLETE)

    def validate_remark(self, field: ListField) -> None:
        """Ask for words where a remark was chosen."""
        for key, text in zip(self.about.data or [], field.data or [], strict=False):
            if len(text) > LONGEST_REMARK:
                raise ValidationError("一条意见不超过 1000 字。")
            if key in (self.chosen.data or []) and not text.strip():
                raise ValidationError("勾选了的每一条都要写明意见。")

    @property
    def remarks(self) -> list[Remark]:
        """The remarks that were chosen."""
        pairs = zip(self.about.data or [], self.remark.data or [], strict=False)
        return [_remark(key, text) for key, text in pairs if key in (self.chosen.data or [])]

    @property
    def typed(self) -> dict[str, str]:
        """All remarks as typed, by their subject: an item keeps what was typed when its version has changed."""
        pairs = zip(self.about.data or [], self.remark.data or [], strict=False)
        return {subject_of(key): text for key, text in pairs}

    @property
    def picked(self) -> set[str]:
        """The subjects that were chosen."""
        return {subject_of(key) for key in self.chosen.data or []}


def subject_of(key: str) -> str:
    """Return what a remark is about, without the version."""
    item = _ITEM.match(key)
    return f"t{item[1]}" if item else key


def _remark(key: str, text: str) -> Remark:
    words = text.replace("\r\n", "\n")
    if item := _ITEM.match(key):
        return Remark(words, task_id=int(item[1]), version=int(item[2]))
    problem = _PROBLEM.match(key)
    return Remark(words, problem=problem[1] if problem else None)


class AnswerReturnForm(StrictForm):
    """The unit's answers, one for each remark; blank ones say nothing."""

    version = HiddenField(validators=[Regexp(WHOLE_NUMBER, message=INCOMPLETE)])
    remark_id = ListField()
    reply = ListField()

    def validate_remark_id(self, field: ListField) -> None:
        """Refuse what is no remark."""
        ids = field.data or []
        if not all(re.match(WHOLE_NUMBER, value) for value in ids) or len(ids) != len(self.reply.data or []):
            raise ValidationError(INCOMPLETE)

    def validate_reply(self, field: ListField) -> None:
        """Refuse what is too long."""
        if any(len(text) > LONGEST_REPLY for text in field.data or []):
            raise ValidationError("一条答复不超过 1000 字。")

    @property
    def seen(self) -> int:
        """The version that the page showed."""
        return int(self.version.data)

    @property
    def replies(self) -> dict[int, str]:
        """The answers by remark."""
        pairs = zip(self.remark_id.data or [], self.reply.data or [], strict=False)
        return {int(key): text for key, text in pairs if re.match(WHOLE_NUMBER, key)}


class SettleForm(VersionedForm):
    """The end of a return, with a word on why."""

    note = TextAreaField("说明", validators=[Length(max=LONGEST_REMARK, message="说明不超过 1000 字。")])
