"""The base of every form: Chinese messages, refusal of unknown fields, and the key that makes a repeat harmless."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField

from tracker.domain.errors import RuleViolation

ALWAYS_ALLOWED = frozenset({"csrf_token", "request_key", "version"})


class StrictForm(FlaskForm):  # type: ignore[misc]
    """A form that refuses fields it does not have: nobody slips in a column the page did not offer."""

    class Meta:
        """WTForms' own Chinese messages."""

        locales = ("zh_CN", "zh")

    request_key = HiddenField()
    unknown_fields_message = "提交的内容里有这个页面没有的字段，已拒绝。请刷新页面后重试。"

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and that there are no others."""
        known = set(self._fields) | ALWAYS_ALLOWED
        unknown = (set(request.form) | set(request.files)) - known
        if unknown:
            self.form_errors.append(self.unknown_fields_message)
            return False
        return bool(super().validate(extra_validators))

    def refuse(self, error: RuleViolation) -> None:
        """Put a broken rule beside its field, or above the form where it has none."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]

    def messages(self) -> list[tuple[str, str]]:
        """Return (field name, message) of all errors, for the error summary; a whole-form error has an empty name."""
        found = [("", str(message)) for message in self.form_errors]
        return found + [(name, str(text)) for name, texts in self.errors.items() if name for text in texts]
