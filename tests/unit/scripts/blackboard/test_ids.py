"""Ids may be cut short, where no other begins so."""

import pytest

from scripts.blackboard.ids import whole_id
from shared.runtime.errors import InvalidInputError, NotFoundError

A = "3f2a0000-0000-4000-8000-00000000000a"
B = "3f2a1111-0000-4000-8000-00000000000b"


def test_a_beginning_that_one_id_has_is_that_id() -> None:
    assert whole_id("3f2a0", "claim", [A, B, A]) == A
    assert whole_id(" 3F2A1111-0 ", "claim", [A, B]) == B


def test_a_whole_id_is_not_looked_for() -> None:
    assert whole_id(A.upper(), "claim", []) == A


def test_of_several_it_is_said_which() -> None:
    with pytest.raises(InvalidInputError, match=f"3f2a is the beginning of 2 claims: {A}, {B}; say more of it"):
        whole_id("3f2a", "claim", [A, B])
    with pytest.raises(InvalidInputError, match=r"of 7 claims: .*, …; say more"):
        whole_id("3f2a", "claim", [f"3f2a{number}" for number in range(7)])


def test_what_nobody_has_is_told() -> None:
    with pytest.raises(NotFoundError, match="there is no claim whose id begins with beef"):
        whole_id("beef", "claim", [A, B])


@pytest.mark.parametrize("text", ["3f2", "", "goal", "../../x", "3f2a%", A + "0"])
def test_what_no_id_begins_with_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is no id; its first 4 characters or more are needed"):
        whole_id(text, "claim", [A])
