"""As much of an interaction as is read to answer at once; whatever else is in it is no reason to fail."""

from typing import Any

import pytest

from functions.receive_interactions.used import read_used
from tests.support import interactions


@pytest.mark.parametrize(
    "changes",
    [
        {"type": float("inf")},
        {"type": float("nan")},
        {"type": None},
        {"type": []},
        {"id": None},
        {"id": "1x"},
        {"id": {}},
        {"member": 3},
        {"data": "text"},
        {"data": {"name": "listings", "options": 3}},
        {"data": {"name": "listings", "options": [3]}},
    ],
)
def test_what_is_no_interaction_is_said_to_be_none(changes: dict[str, Any]) -> None:
    told = interactions.slash("listings") | changes
    with pytest.raises(ValueError):  # noqa: PT011 - the caller asks for nothing more
        read_used(told)


def test_a_subcommand_is_part_of_the_name() -> None:
    used = read_used(interactions.slash("listing show", {"listing": "1"}))
    assert (used.name, used.user_id, list(used.role_ids)) == (
        "listing show",
        interactions.USER,
        [interactions.OPERATOR],
    )
