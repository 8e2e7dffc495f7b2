"""A signed document is believed as it was written, in whatever layout, and in no other way."""

from __future__ import annotations

import io
import json

import pytest

from upheld.kernel.ed25519 import PublicKey, SigningKey, canonical
from upheld.kernel.signed_json import NotAsSigned, check, write

KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
CONTENT = {"b": [1, None, "Zoë \u2028 \n"], "a": {"x": True, "late": 9007199254740993}}


def written(content: object = CONTENT, key: SigningKey = KEY) -> bytes:
    out = io.BytesIO()
    write(out, [canonical(content)], key)
    return out.getvalue()


def test_it_says_who_signed() -> None:
    assert check(written()).id == KEY.public.id
    assert check(written(), KEY.public) == PublicKey.of(KEY.public.text)


def test_pieces_are_one_content() -> None:
    out = io.BytesIO()
    whole = canonical(CONTENT)
    write(out, [whole[:7], whole[7:]], KEY)
    assert out.getvalue() == written()


def test_layout_does_not_matter() -> None:
    assert check(json.dumps(json.loads(written()), indent=4).encode(), KEY.public)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"true", b"false", "changed after"),
        (b"9007199254740993", b"9007199254740992", "changed after"),
        (b'"late":', b'"x":false,"late":', "stands twice"),
        (b'"value":"', b'"value":"A', "incomplete|does not belong"),
        (b'{"content"', b'{"more":1,"content"', "no signed document"),
        (b"}", b"", "no JSON"),
        (KEY.public.text.encode(), OTHER.public.text.encode(), "does not belong"),
    ],
)
def test_a_change_is_seen(old: bytes, new: bytes, said: str) -> None:
    changed = written().replace(old, new)
    assert changed != written()
    with pytest.raises(NotAsSigned, match=said):
        check(changed)


@pytest.mark.parametrize(
    "number",
    [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"-1e999999999",
        b"9" * 5_000,
        b"9" * 400_000,
        b"9" * 4_000,
        b'"\\ud800"',
    ],
    ids=["NaN", "infinity", "below", "large", "huge", "digits", "many", "over 64 bits", "half a letter"],
)
def test_what_is_no_number_of_ours_is_refused_and_nothing_else_happens(number: bytes) -> None:
    """Written as null, some of these had the signature of the document in which null stands."""
    with pytest.raises(NotAsSigned):
        check(written().replace(b"null", number))


def test_content_that_is_too_deep_is_refused() -> None:
    with pytest.raises(NotAsSigned):
        check(written().replace(b"null", b"[" * 900 + b"]" * 900))
    with pytest.raises(NotAsSigned):
        check(written().replace(b"null", b"[" * 100_000 + b"]" * 100_000))


def test_anothers_signature_is_not_the_desks() -> None:
    assert check(written(key=OTHER))
    with pytest.raises(NotAsSigned, match="another key"):
        check(written(key=OTHER), KEY.public)


@pytest.mark.parametrize("text", ["", "k", "AAAA", "ä" * 44])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        PublicKey.of(text)
