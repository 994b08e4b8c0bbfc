"""The base of every form: Chinese messages, refusal of unknown fields, and the key that makes a repeat harmless."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from tracker.domain.errors import RuleViolation

# Controls, zero-width characters and marks that turn the direction of writing: nobody sees them typed, a field of
# nothing else looks empty, PostgreSQL cannot store a NUL, and a turned line reads as what it is not.
# The joiners U+200C and U+200D stay: emoji and some scripts are made with them.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")

ALWAYS_ALLOWED = frozenset({"csrf_token", "request_key", "version"})


class StrictForm(FlaskForm):  # type: ignore[misc]
    """A form that refuses fields it does not have: nobody slips in a column the page did not offer."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' own Chinese messages; what arrives is freed of characters that nobody can see."""

        locales = ("zh_CN", "zh")

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Return what was sent without unseen characters; files and passwords as they are."""
            sent = super().wrap_formdata(form, formdata)
            return (
                sent
                if not form.drops_unseen
                else sent and MultiDict((name, _seen(name, value)) for name, value in sent.items(multi=True))
            )

    drops_unseen = True  # False where a form refuses such characters by name instead
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


def _seen(name: str, value: Any) -> Any:
    return UNSEEN.sub("", value) if isinstance(value, str) and "password" not in name else value
