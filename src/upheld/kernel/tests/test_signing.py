import re

import pytest

from upheld.kernel.signing import TOKEN_PATTERN, is_genuine, short_token

NOW, RETIRED = b"n" * 32, b"r" * 32


def genuine(value: str, token: str, purpose: str = "reply") -> bool:
    return is_genuine(value, token, purpose=purpose, secrets=[NOW, RETIRED])


def test_a_token_holds_for_its_value_and_purpose_only() -> None:
    token = short_token("1042", purpose="reply", secret=NOW)
    assert re.fullmatch(TOKEN_PATTERN, token)
    assert genuine("1042", token)
    assert not genuine("1043", token)
    assert not genuine("1042", token, purpose="survey")


def test_mail_systems_may_change_case() -> None:
    assert genuine("1042", short_token("1042", purpose="reply", secret=NOW).upper())


def test_a_retired_secret_still_opens_and_a_forgotten_one_does_not() -> None:
    assert genuine("1", short_token("1", purpose="reply", secret=RETIRED))
    assert not genuine("1", short_token("1", purpose="reply", secret=b"f" * 32))


@pytest.mark.parametrize("token", ["", "x", "ü" * 16, "\ud800", "a" * 10_000])
def test_strange_tokens_are_simply_wrong(token: str) -> None:
    assert not genuine("1", token)


def test_a_secret_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        short_token("1", purpose="reply", secret=b"short")
