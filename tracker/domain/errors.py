"""Errors are named rules: the class docstring is the sentence a user reads. The doors answer them in one table.

A subclass may carry details; ``message`` is what is shown. Families: ``NotFound`` → 404, ``Forbidden`` → 403,
``Conflict`` → 409, every other ``RuleViolation`` → 400 beside the form.
"""

from __future__ import annotations


class RuleViolation(Exception):
    """操作不符合办理规则，请核对后重试。"""

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        """``message`` replaces the class's sentence; ``field`` names the form field it belongs to."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.field = field
        super().__init__(self.message)


class NotFound(RuleViolation):
    """没有找到这条记录，可能已被删除，或不在您的查看范围内。"""


class Forbidden(RuleViolation):
    """您的账号没有这项操作的权限。如确有需要，请联系督办员或系统管理员。"""


class Conflict(RuleViolation):
    """这条记录刚刚被其他人修改过。您填写的内容已保留，请核对后重新提交。"""


class StaleVersion(Conflict):
    """这条记录刚刚被其他人修改过。您填写的内容已保留，请核对两个版本后重新提交。"""


class ActionNotAllowed(RuleViolation):
    """当前状态下不能进行这项操作，请刷新页面查看最新状态。"""


class ReasonRequired(RuleViolation):
    """请填写原因。"""


class YearLocked(RuleViolation):
    """该年度已锁定，不能再修改。"""
