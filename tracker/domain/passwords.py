"""What a password must be: long enough, not on the list of the weak, not made of the person's own names.

No rule of character classes and no expiry by default (NIST SP 800-63B, OWASP ASVS 5.0 V6.2): length and the weak list do more.
"""

from __future__ import annotations

import unicodedata

from tracker.domain.errors import RuleViolation

LONGEST = 128
FEWEST_CHARACTERS = 5
OWN_ADDITION = 8  # what must stand beside a weak part for the whole to be good again
FIELD = "new_password"

# The most used ones in Chinese and international leaks, and the field's own habits.
WEAK_PARTS = (
    "password", "passwd", "mima", "qwerty", "qwert", "asdfgh", "zxcvbn", "1qaz2wsx", "qazwsx", "zaq12wsx", "1q2w3e",
    "abc123", "a1b2c3", "admin", "administrator", "root", "guest", "welcome", "letmein", "changeme", "secret", "login",
    "iloveyou", "woaini", "5201314", "147258", "159357", "112233", "dragon", "monkey", "sunshine", "princess",
    "test1234", "gov123", "sfj123", "sifaju", "fazhi", "yifa", "zhengfu", "duban", "beijing", "zhongguo",
)  # fmt: skip
SEQUENCES = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
RUN = 5  # so many neighbours of a sequence, either way, count as one weak part
LEET = str.maketrans("@4301!5$7", "aaeoiisst")


class WeakPassword(RuleViolation):
    """新密码不符合要求，请换一个。"""


def normal_form(password: str) -> str:
    """Return the form that is hashed: what a Chinese input method typed full-width is the same password."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, username: str, name: str, min_length: int, context: tuple[str, ...] = ()) -> None:
    """Raise WeakPassword with the reason where ``password`` is too short, too long, known or personal.

    ``context`` are further words that anybody could guess, such as the unit's names and the product's.
    """
    password = normal_form(password)
    if len(password) < min_length:
        raise WeakPassword(f"密码至少 {min_length} 个字符，可以用一句话。", field=FIELD)
    if len(password) > LONGEST:
        raise WeakPassword(f"密码最多 {LONGEST} 个字符。", field=FIELD)
    lowered = password.lower()
    if len(set(lowered)) < FEWEST_CHARACTERS:
        raise WeakPassword("密码里重复的字符太多，请换一个。", field=FIELD)
    personal = [word.lower() for word in (username, name, *context) if len(word) > 1]
    if any(word in lowered for word in personal):
        raise WeakPassword("密码里不要包含账号名、姓名、单位名称或系统名称。", field=FIELD)
    if _is_common(lowered) or _is_common(lowered.translate(LEET)):
        raise WeakPassword("这个密码太常见，容易被猜到，请换一个。", field=FIELD)


def _is_common(lowered: str) -> bool:
    """Say whether little is left once what everybody tries has been taken out."""
    rest = lowered
    for part in sorted(WEAK_PARTS, key=len, reverse=True):
        rest = rest.replace(part, "")
    rest = _without_runs(rest)
    return rest != lowered and len(rest) < OWN_ADDITION


def _without_runs(text: str) -> str:
    """Take out runs of a sequence (23456, lkjhg) and of one character."""
    kept, position = [], 0
    while position < len(text):
        length = _run_at(text, position)
        if length < RUN:
            kept.append(text[position])
            length = 1
        position += length
    return "".join(kept)


def _run_at(text: str, position: int) -> int:
    longest = 1
    while position + longest < len(text) and text[position + longest] == text[position]:
        longest += 1
    for sequence in SEQUENCES:
        for line in (sequence, sequence[::-1]):
            length = 1
            while text[position : position + length + 1] in line and position + length < len(text):
                length += 1
            longest = max(longest, length)
    return longest
