"""Changes that are written together, all of them or none, alike in memory and in DynamoDB."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.ledger.ledger import Change, Entry, Ledger
from shared.runtime.errors import ConflictError
from tests.integration.shared.ledger.test_ledger import WRITERS, a_change


def with_line(change: Change, key: str, *, name: str = "shelf") -> Change:
    return replace(change, entries=(Entry(list=name, key=key, fields={"by": change.aggregate.id}),))


def is_written(ledger: Ledger, changes: Sequence[Change]) -> bool:
    try:
        ledger.commit_together(changes)
    except ConflictError:
        return False
    return True


def found(ledger: Ledger, *subjects: str) -> set[str]:
    return set(ledger.get_many("THING", subjects))


def test_all_of_it_is_there_with_its_events_claims_and_lines(any_ledger: Ledger) -> None:
    one = with_line(a_change("one", count=2, claims=("name#blue",)), "a")
    two = with_line(a_change("two", claims=("name#red",)), "b")
    any_ledger.commit_together([one, two])
    assert [any_ledger.get("THING", subject) for subject in ("one", "two")] == [one.aggregate, two.aggregate]
    assert list(any_ledger.history("THING", "one")) == list(one.events)
    assert list(any_ledger.history("THING", "two")) == list(two.events)
    assert any_ledger.claimed(["name#blue", "name#red", "name#green"]) == {"name#blue", "name#red"}
    assert list(any_ledger.entries("shelf")) == [*one.entries, *two.entries]


def test_new_things_and_known_ones_go_together(any_ledger: Ledger) -> None:
    any_ledger.commit(a_change("one"))
    any_ledger.commit_together([a_change("one", 2), a_change("two")])
    assert any_ledger.get("THING", "one").version == 2
    assert any_ledger.get("THING", "two").version == 1


@pytest.mark.parametrize("loser", [0, 1, 2])
def test_where_one_of_them_lost_none_is_there_and_the_loser_is_named(any_ledger: Ledger, loser: int) -> None:
    names = ["red", "green", "blue"]
    any_ledger.commit(a_change(names[loser]))
    changes = [with_line(a_change(name, claims=(f"name#{name}",)), name) for name in names]
    with pytest.raises(ConflictError, match=names[loser]):
        any_ledger.commit_together(changes)
    assert found(any_ledger, *names) == {names[loser]}
    assert len(list(any_ledger.history("THING", names[loser]))) == 1
    assert all(not list(any_ledger.history("THING", name)) for name in names if name != names[loser])
    assert any_ledger.claimed([f"name#{name}" for name in names]) == set()
    assert list(any_ledger.entries("shelf")) == []


def test_a_claim_or_a_line_that_is_taken_stops_all_of_them(any_ledger: Ledger) -> None:
    any_ledger.commit(with_line(a_change("first", claims=("name#blue",)), "a"))
    taken = [a_change("two", claims=("name#blue",)), with_line(a_change("three"), "a")]
    for one in taken:
        with pytest.raises(ConflictError, match=one.aggregate.id):
            any_ledger.commit_together([a_change("beside"), one])
    assert found(any_ledger, "first", "two", "three", "beside") == {"first"}
    assert [entry.fields["by"] for entry in any_ledger.entries("shelf")] == ["first"]


def test_the_same_key_in_another_list_is_another_line(any_ledger: Ledger) -> None:
    any_ledger.commit_together([with_line(a_change("one"), "a"), with_line(a_change("two"), "a", name="other")])
    assert [entry.fields["by"] for entry in any_ledger.entries("shelf")] == ["one"]
    assert [entry.fields["by"] for entry in any_ledger.entries("other")] == ["two"]


def test_the_same_again_is_refused_and_changes_nothing(any_ledger: Ledger) -> None:
    changes = [with_line(a_change("one"), "a"), a_change("two")]
    any_ledger.commit_together(changes)
    assert not is_written(any_ledger, changes)
    assert any_ledger.get("THING", "one").version == 1
    assert len(list(any_ledger.history("THING", "two"))) == 1


def test_of_many_who_write_the_same_together_at_most_one_wins_and_nothing_of_the_others_is_there(
    racing_ledger: Ledger,
) -> None:
    """Each brings something of its own beside what all of them want."""
    ledger = racing_ledger
    ledger.commit_together([a_change("one"), a_change("two")])

    def write(writer: int) -> bool:
        shared = [a_change(name, 2, actor=f"writer:{writer}") for name in ("one", "two")]
        own = with_line(a_change(f"of {writer}", claims=(f"of#{writer}",)), f"{writer:02}")
        return is_written(ledger, [own, *shared] if writer % 2 else [*reversed(shared), own])

    won: list[int] = []
    for _ in range(5):  # where many meet, DynamoDB may refuse all of them
        with ThreadPoolExecutor(WRITERS) as pool:
            won = [writer for writer, has_won in enumerate(pool.map(write, range(WRITERS))) if has_won]
        assert len(won) <= 1
        if won:
            break
    (winner,) = won
    assert [ledger.get("THING", name).version for name in ("one", "two")] == [2, 2]
    assert {list(ledger.history("THING", name))[1].actor for name in ("one", "two")} == {f"writer:{winner}"}
    assert found(ledger, *(f"of {writer}" for writer in range(WRITERS))) == {f"of {winner}"}
    assert ledger.claimed([f"of#{writer}" for writer in range(WRITERS)]) == {f"of#{winner}"}
    assert [entry.key for entry in ledger.entries("shelf")] == [f"{winner:02}"]


def test_who_reads_and_tries_again_keeps_two_things_in_step(racing_ledger: Ledger) -> None:
    """What is counted in both is the same in both, whoever came between."""
    ledger = racing_ledger
    ledger.commit_together([a_change("one"), a_change("two")])

    def write(writer: int) -> bool:
        for _ in range(WRITERS * 8):
            following = ledger.get("THING", "one").version + 1
            if is_written(ledger, [a_change(name, following, actor=f"w:{writer}") for name in ("one", "two")]):
                return True
        return False

    with ThreadPoolExecutor(WRITERS) as pool:
        assert all(pool.map(write, range(WRITERS)))
    actors = [[event.actor for event in ledger.history("THING", name)] for name in ("one", "two")]
    assert actors[0] == actors[1]
    assert sorted(actors[0][1:]) == sorted(f"w:{writer}" for writer in range(WRITERS))
