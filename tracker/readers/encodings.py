"""From bytes to Chinese text: which encoding it is, decided by strict decoding and by what comes out."""

from __future__ import annotations

import codecs

_LOSSY = "个别文字无法识别，已用“�”代替，请对照原件核对。"
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_GARBLED = 0.02  # share of characters that may be unreadable before the text is refused
_SAMPLE = 200_000


class UndecodableText(ValueError):
    """The bytes are no text in any known encoding."""


def decode(data: bytes) -> tuple[str, str | None]:
    """Return the text and, where characters were lost, a notice for the user. Raises UndecodableText.

    In this order: byte order mark, strict UTF-8, UTF-16 without a mark, UTF-8 with a few broken bytes, strict
    GB18030 that reads like Chinese, charset-normalizer's guess, GB18030 with a few broken bytes.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _with_losses(data[len(mark) :], encoding)
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    utf16 = utf16_without_mark(data[:_SAMPLE])
    if utf16:
        return _with_losses(data, utf16)
    text = data.decode("utf-8", errors="replace")
    if "\ufffd" in text and text.count("\ufffd") * 20 <= sum(char > "\x7f" for char in text):
        return text, _LOSSY
    return _decode_legacy(data)


def _decode_legacy(data: bytes) -> tuple[str, str | None]:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and _reads_like_chinese(text[:_SAMPLE]):
        return text, None
    guessed = _guess(data)
    if guessed is not None:
        return guessed, None
    if text:
        return text, None
    return _with_losses(data, "gb18030")


def _with_losses(data: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
    if text.count("\ufffd") > max(1, _GARBLED * len(text)):
        raise UndecodableText(encoding)
    return text, _LOSSY


def _guess(data: bytes) -> str | None:
    """Ask charset-normalizer; it answers None when a single byte is wrong."""
    from charset_normalizer import from_bytes  # rarely needed, and a tenth of a small report's time to import

    best = from_bytes(data[:_SAMPLE], cp_isolation=["big5", "gb18030", "utf_16", "utf_32", "big5hkscs"]).best()
    if best is None:
        return None
    try:
        text = data.decode(best.encoding)
    except UnicodeDecodeError:
        return None
    return text if _is_plain(text[:_SAMPLE]) >= 0.9 else None


def utf16_without_mark(sample: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" where the bytes read as Chinese or plain text that way, else None."""
    even = sample[: len(sample) // 2 * 2]
    if len(even) < 4 or 0 not in even:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        if _is_plain(even.decode(encoding, errors="replace")) >= 0.95:
            return encoding
    return None


def _is_plain(text: str) -> float:
    """Return the share of characters that a Chinese report is made of."""
    if not text:
        return 0.0
    good = sum(
        "\u4e00" <= char <= "\u9fa5"
        or " " <= char <= "~"
        or char in "\t\r\n"
        or "\u3000" <= char <= "\u303f"
        or "\uff00" <= char <= "\uffef"
        or "\u2010" <= char <= "\u27bf"
        for char in text
    )
    return good / len(text)


def _reads_like_chinese(text: str) -> bool:
    """Say whether most ideographs are everyday ones (the first level of GB 2312); Big5 read as GBK is not."""
    ideographs = [char for char in text if char > "\u2e7f"]
    if not ideographs:
        return False
    everyday = sum(_is_everyday(char) for char in ideographs)
    return everyday >= 0.8 * len(ideographs)


def _is_everyday(char: str) -> bool:
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7
