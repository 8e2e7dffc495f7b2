"""Subject keys and their parts."""

import pytest

from upheld.kernel.keys import kind_of, number_of, numbers_of


@pytest.mark.parametrize(
    ("key", "kind", "number"),
    [("ticket:1042", "ticket", 1042), ("policy:techflow", "policy", 0), ("policy:", "policy", 0), ("", "", 0)],
)
def test_a_key_has_a_kind_and_mostly_a_number(key: str, kind: str, number: int) -> None:
    assert (kind_of(key), number_of(key)) == (kind, number)


def test_a_number_of_another_kind_is_no_number() -> None:
    assert number_of("ticket:7", "ticket") == 7
    assert number_of("agent:7", "ticket") == 0
    assert numbers_of(["agent:3", "", "ticket:7", "agent:x", "agent:1"], "agent") == [3, 1]
