"""Secrets at rest open with their key, in their place, unchanged, and not otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.channels.sealing import CannotOpen, SecretBox

BOX = SecretBox(b"k" * 32)


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens(text, context):
    sealed = BOX.seal(text, context)
    assert BOX.open(sealed, context) == text
    assert len(text) < 4 or text not in sealed


def test_the_same_text_is_sealed_otherwise_each_time():
    assert BOX.seal("令牌", "a") != BOX.seal("令牌", "a")


def test_another_key_another_place_or_a_change_opens_nothing():
    sealed = BOX.seal("SEC0123456789", "channel.wecom.token")
    with pytest.raises(CannotOpen):
        SecretBox(b"x" * 32).open(sealed, "channel.wecom.token")
    with pytest.raises(CannotOpen):
        BOX.open(sealed, "channel.feishu.token")
    parts = sealed.split(".")
    for position in range(1, 4):
        changed = list(parts)
        changed[position] = ("A" if changed[position][0] != "A" else "B") + changed[position][1:]
        with pytest.raises(CannotOpen):
            BOX.open(".".join(changed), "channel.wecom.token")


@pytest.mark.parametrize("sealed", ["", "v1", "v1...", "v2.a.b.c", "plain text", "v1.a.b.c.d", "v1.é.b.c"])
def test_what_was_never_sealed_opens_nothing(sealed):
    with pytest.raises(CannotOpen):
        BOX.open(sealed, "x")
