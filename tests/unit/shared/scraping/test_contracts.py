"""What arrives about scraping: taken or refused; and what is shown of it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from shared.scraping.contracts import MAX_SEARCHES, JobView, RotationView, SearchList, Trigger
from shared.scraping.job import DUE_AFTER, Job, Outcome
from shared.scraping.rotation import Rotation
from tests.support.builders import JOB, NOON

ENTRY: dict[str, Any] = {"id": "a", "brand": "Sony", "search": "Camera"}
NO_TEXTS: list[Any] = ["", " ", "x" * 129, "a\nb", "a\x00b", "\x1b[2J", 5, None, ["a"], {}, True]


@pytest.mark.parametrize(
    ("said", "brands"),
    [
        ({"brand": " Sony "}, ["Sony"]),
        ({"brands": ["Sony", "Canon"]}, ["Sony", "Canon"]),
        ({"brands": ["x"] * 100}, ["x"] * 100),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_search_is_for_one_brand_or_for_some(said: dict[str, Any], brands: list[str]) -> None:
    assert Trigger.model_validate(said).all_brands() == brands
    assert Trigger.model_validate(said).search == "Camera"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"search": "Lens"},
        {"brand": "Sony", "brands": ["Canon"]},
        {"brands": []},
        {"brands": ["x"] * 101},
        {"brands": "Sony"},
        {"brand": "Sony", "colour": "black"},
        *({"brand": text} for text in NO_TEXTS),
        *({"brands": ["Sony", text]} for text in NO_TEXTS),
        *({"brand": "Sony", "search": text} for text in NO_TEXTS),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_search_that_does_not_say_what_for_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Trigger.model_validate(said)


@pytest.mark.parametrize("text", ["a\x7fb", "a\x85b", "a\u2028b", "a\u2029b"])
def test_a_brand_is_one_line_as_every_other_text_is(text: str) -> None:
    with pytest.raises(ValidationError):
        Trigger.model_validate({"brand": text})


@pytest.mark.parametrize("number", [0, 1, MAX_SEARCHES])
def test_a_list_may_be_empty_and_has_an_end(number: int) -> None:
    wanted = SearchList.model_validate({"searches": [ENTRY | {"id": f"s{n}"} for n in range(number)]})
    assert [search.id for search in wanted.entries()] == [f"s{n}" for n in range(number)]
    assert all(search.enabled for search in wanted.entries())


@pytest.mark.parametrize(
    "searches",
    [
        [ENTRY] * (MAX_SEARCHES + 1),
        None,
        {},
        "a",
        [None],
        [{}],
        [{"id": "a", "brand": "Sony"}],
        [ENTRY | {"colour": "black"}],
        *([ENTRY | {"id": name}] for name in ("", "a b", "ä", "a/b", "x" * 65, 5, None, "a\n")),
        *([ENTRY | {"brand": text}] for text in NO_TEXTS),
        *([ENTRY | {"search": text}] for text in NO_TEXTS),
        [ENTRY | {"enabled": "perhaps"}],
        [ENTRY | {"enabled": None}],
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_list_with_a_search_that_is_none_is_refused(searches: Any) -> None:
    with pytest.raises(ValidationError):
        SearchList.model_validate({"searches": searches})


def test_a_list_says_nothing_else() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SearchList.model_validate({"searches": [], "last": "a"})


def test_a_rotation_is_shown_with_who_had_the_last_turn_and_who_has_the_next() -> None:
    wanted = SearchList.model_validate(
        {"searches": [ENTRY, ENTRY | {"id": "b", "enabled": False}, ENTRY | {"id": "c"}]}
    )
    rotation = Rotation(searches=tuple(wanted.entries()), last="a", version=7)
    shown = json.loads(RotationView.of(rotation).model_dump_json())
    assert (shown["last"], shown["next"], shown["version"]) == ("a", "c", 7)
    assert shown["searches"][1] == {"id": "b", "brand": "Sony", "search": "Camera", "enabled": False}
    nobody = RotationView.of(Rotation())
    assert (nobody.searches, nobody.last, nobody.next, nobody.version) == ([], None, None, 0)


def test_a_list_that_was_shown_can_be_sent_back() -> None:
    rotation = Rotation().with_searches(SearchList.model_validate({"searches": [ENTRY]}).entries(), at=NOON)
    shown = RotationView.of(rotation).model_dump(mode="json")
    assert tuple(SearchList.model_validate({"searches": shown["searches"]}).entries()) == rotation.searches


def test_a_job_is_shown_in_each_of_its_states() -> None:
    asked = Job.created(str(JOB), ["Sony"], "Camera", at=NOON, actor="key:anna")
    late = asked.overdue(at=NOON + DUE_AFTER)
    done = late.completed(Outcome(matches=1, created_listings=1, skipped=0, refused=0), [], at=NOON)
    shown = [json.loads(JobView.of(job).model_dump_json()) for job in (asked, late, done)]
    assert [job["status"] for job in shown] == ["running", "overdue", "completed"]
    assert shown[0]["due_at"] == "2026-03-01T13:00:00Z"
    assert (shown[0]["job_id"], shown[0]["brands"], shown[0]["outcome"]) == (str(JOB), ["Sony"], None)
    assert shown[2]["outcome"] == {"matches": 1, "created_listings": 1, "skipped": 0, "refused": 0}
    unasked = JobView.of(Job.unasked(str(JOB), [], at=NOON, actor="webhook:scraper"))
    assert (unasked.due_at, unasked.search) == (None, "")
