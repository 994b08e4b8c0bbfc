"""What a password must be: long enough, not on the list of the weak, not made of the person's own names.

No rule of character classes and no expiry by default (NIST SP 800-63B, OWASP ASVS 5.0 V6.2): length and the weak list do more.
"""

from __future__ import annotations

from tracker.domain.errors import RuleViolation

LONGEST = 128
FEWEST_CHARACTERS = 5

# The most used ones in Chinese and international leaks, and the field's own habits.
WEAK_PARTS = (
    "password", "passw0rd", "123456", "654321", "111111", "000000", "888888", "666666", "qwerty", "asdfgh",
    "1qaz2wsx", "qazwsx", "abc123", "admin", "root", "welcome", "iloveyou", "woaini", "5201314", "zaq12wsx",
    "p@ssw0rd", "letmein", "dragon", "monkey", "changeme", "test1234", "gov123", "sfj123", "fazhi", "yifa",
)  # fmt: skip


class WeakPassword(RuleViolation):
    """新密码不符合要求，请换一个。"""


def check_password(password: str, *, username: str, name: str, min_length: int) -> None:
    """Raise WeakPassword with the reason where ``password`` is too short, too long, known or personal."""
    if len(password) < min_length:
        raise WeakPassword(f"密码至少 {min_length} 个字符，可以用一句话。", field="new_password")
    if len(password) > LONGEST:
        raise WeakPassword(f"密码最多 {LONGEST} 个字符。", field="new_password")
    lowered = password.lower()
    for part in WEAK_PARTS:
        if part in lowered and len(lowered) < len(part) + 8:
            raise WeakPassword("这个密码太常见，容易被猜到，请换一个。", field="new_password")
    if len(set(lowered)) < FEWEST_CHARACTERS:
        raise WeakPassword("密码里重复的字符太多，请换一个。", field="new_password")
    if username.lower() in lowered or (name and name in password):
        raise WeakPassword("密码里不要包含账号名或姓名。", field="new_password")
