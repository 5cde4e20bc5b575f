"""/rotation: searches take turns; one more, one less, one that pauses, whoever else edits the list."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.runtime.errors import ContradictionError, InvalidInputError, NotFoundError
from shared.scraping.contracts import MAX_SEARCHES
from shared.scraping.rotation import Search
from tests.support.builders import NOON, a_cause
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands


def hands_with(*brands: str) -> Hands:
    hands = Hands(MemoryPorts())
    if brands:
        keep(hands, [Search(id=brand.lower(), brand=brand, search="Camera") for brand in brands])
    return hands


def keep(hands: Hands, searches: Sequence[Search]) -> None:
    rotation = hands.ports.rotation
    rotation.save(rotation.get().with_searches(searches, at=NOON), a_cause())


def ids(hands: Hands) -> list[str]:
    return [search.id for search in hands.ports.rotation.get().searches]


def test_the_list_is_shown_with_whose_turn_is_next() -> None:
    hands = hands_with("Sony", "Canon")
    hands.type("rotation pause", {"id": "sony"})
    assert hands.type("rotation show", {}).embeds[0].description.splitlines() == [
        "⏸️ `sony` Sony · Camera",
        "▶️ `canon` Canon · Camera",
    ]
    assert hands_with().type("rotation show", {}).content.startswith("There are no searches.")


def test_of_many_long_searches_those_that_fit_are_shown_whole_and_the_others_counted() -> None:
    hands = hands_with()
    keep(hands, [Search(id=f"{n:02}-{'x' * 61}", brand="B*" * 40, search="S_" * 60) for n in range(50)])
    lines = hands.type("rotation show", {}).embeds[0].description.splitlines()
    *shown, rest = lines
    assert all(line.count("`") == 2 for line in shown)
    assert rest == f"… and {50 - len(shown)} more"
    assert len("\n".join(lines)) <= 4_096


def test_one_more_takes_its_turn_last_under_an_id_made_of_it() -> None:
    hands = hands_with("Sony")
    hands.type("rotation add", {"brand": "Leica & Co", "search": "M6!"})
    assert ids(hands) == ["sony", "leica-co-m6"]
    hands.type("rotation add", {"brand": "尼康", "search": "相机", "id": "nikon"})
    assert ids(hands)[-1] == "nikon"


@pytest.mark.parametrize(
    "options",
    [
        {"brand": "尼康", "search": "相机"},
        {"brand": "Sony", "search": "Lens", "id": "a b"},
        {"brand": "Sony", "search": "Lens", "id": "x" * 65},
        {"brand": " ", "search": "Lens"},
        {"brand": "So\nny", "search": "Lens"},
    ],
)
def test_what_is_no_search_is_refused(options: dict[str, Any]) -> None:
    hands = hands_with()
    with pytest.raises(InvalidInputError):
        hands.type("rotation add", options)
    assert ids(hands) == []


def test_an_id_is_taken_once_and_there_is_an_end_to_the_list() -> None:
    hands = hands_with("Sony")
    with pytest.raises(ContradictionError, match="there is a search sony already"):
        hands.type("rotation add", {"brand": "Sony", "search": "Lens", "id": "sony"})
    keep(hands, [Search(id=str(number), brand="Sony", search="Lens") for number in range(MAX_SEARCHES)])
    with pytest.raises(InvalidInputError, match="no room for more"):
        hands.type("rotation add", {"brand": "Sony", "search": "Lens"})


def test_one_less_leaves_the_others_in_their_order() -> None:
    hands = hands_with("Sony", "Canon", "Nikon")
    hands.type("rotation remove", {"id": "canon"})
    assert ids(hands) == ["sony", "nikon"]


@pytest.mark.parametrize("name", ["remove", "pause", "resume"])
def test_of_a_search_that_is_not_there_it_is_said(name: str) -> None:
    with pytest.raises(NotFoundError, match="there is no search leica"):
        hands_with("Sony").type(f"rotation {name}", {"id": "leica"})


def test_a_search_pauses_and_goes_on_and_nothing_is_recorded_for_what_is_so() -> None:
    hands = hands_with("Sony")
    assert hands.type("rotation resume", {"id": "sony"}).content == "It is so already."
    hands.type("rotation pause", {"id": "sony"})
    version = hands.ports.rotation.get().version
    assert hands.type("rotation pause", {"id": "sony"}).content == "It is so already."
    assert hands.ports.rotation.get().version == version
    hands.type("rotation resume", {"id": "sony"})
    assert [search.enabled for search in hands.ports.rotation.get().searches] == [True]


@pytest.mark.parametrize(("name", "options"), [("add", {"brand": "Leica", "search": "M6"}), ("remove", {"id": "sony"})])
def test_a_use_that_was_cut_off_after_its_work_shows_it_and_does_nothing_again(
    name: str, options: dict[str, Any]
) -> None:
    hands = hands_with("Sony", "Canon")
    hands.type(f"rotation {name}", options, id="1290000000000000077")
    rotation = hands.ports.rotation
    rotation.save(rotation.get().advanced(at=NOON)[0], a_cause())  # a turn was taken meanwhile
    known = rotation.get()
    hands.ports.ledger.trace = lambda trace_id: iter(())  # type: ignore[method-assign] # an index, which may be behind
    hands.type(f"rotation {name}", options, id="1290000000000000077", is_repeated=True)
    assert hands.ports.rotation.get() == known


def test_an_edit_is_made_over_what_others_have_written_at_the_same_moment() -> None:
    hands = hands_with("Sony")
    rotation = hands.ports.rotation
    get = rotation.get

    def outrun() -> Any:
        known = get()
        rotation.get = get  # type: ignore[method-assign]
        keep(hands, [*known.searches, Search(id="theirs", brand="Canon", search="Lens")])
        return known

    rotation.get = outrun  # type: ignore[method-assign]
    hands.type("rotation add", {"brand": "Leica", "search": "M6"})
    assert ids(hands) == ["sony", "theirs", "leica-m6"]


def test_strangers_words_in_the_list_are_only_text() -> None:
    hands = hands_with()
    keep(hands, [Search(id="odd", brand="@everyone [x](https://evil.example)", search="`" * 50)])
    assert "@everyone" not in hands.type("rotation show", {}).embeds[0].description
