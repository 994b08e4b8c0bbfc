"""Secrets at rest: sealed with a key of the installation, so that a copy of the database alone does not hold them.

The standard library has no block cipher, so this is its textbook stand-in: a key stream of HMAC-SHA256 over a random
nonce and a counter, then a second key's HMAC over everything (encrypt, then authenticate). The context, which channel
and which field, is authenticated too: a sealed value moved elsewhere does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from tracker.settings import Settings

VERSION = "v1"
NONCE = 16
BLOCK = hashlib.sha256().digest_size


class CannotOpen(Exception):
    """The value was sealed with another key, for another place, or changed."""


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Seals and opens short texts."""

    key: bytes

    def seal(self, text: str, context: str) -> str:
        """Return ``text`` sealed; each time another value."""
        nonce = secrets.token_bytes(NONCE)
        hidden = self._mask(text.encode(), nonce)
        return ".".join((VERSION, _write(nonce), _write(hidden), _write(self._tag(nonce, hidden, context))))

    def open(self, sealed: str, context: str) -> str:
        """Return the text; raises CannotOpen."""
        try:
            version, *parts = sealed.split(".")
            nonce, hidden, tag = map(_read, parts)
        except ValueError as error:
            raise CannotOpen from error
        if version != VERSION or not hmac.compare_digest(tag, self._tag(nonce, hidden, context)):
            raise CannotOpen
        return self._mask(hidden, nonce).decode()

    def _mask(self, data: bytes, nonce: bytes) -> bytes:
        key = self._derive(b"hide")
        blocks = (
            hmac.digest(key, nonce + number.to_bytes(4, "big"), "sha256") for number in range(-(-len(data) // BLOCK))
        )
        return bytes(one ^ other for one, other in zip(data, b"".join(blocks), strict=False))

    def _tag(self, nonce: bytes, hidden: bytes, context: str) -> bytes:
        place = context.encode()
        return hmac.digest(self._derive(b"tell"), len(place).to_bytes(4, "big") + place + nonce + hidden, "sha256")

    def _derive(self, purpose: bytes) -> bytes:
        return hmac.digest(self.key, b"ledger secrets " + purpose, "sha256")


def box_of(settings: Settings) -> SecretBox:
    """Return the box of an installation: its own key where one is set, else one drawn from its secret."""
    own = settings.secrets_key or settings.secret_key
    return SecretBox(hmac.digest(own.encode(), b"channels", "sha256"))


def _write(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode())
