"""Putting an artefact on the blackboard: once, in its place, with all that was posted."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.blackboard.artefact import INLINE_BYTES, MAX_PAYLOAD_BYTES, PERSON, StructuralType, told_size
from shared.blackboard.posting import with_payload
from shared.blackboard.results import Author
from shared.runtime.errors import (
    BodyTooLargeError,
    ConflictError,
    ContradictionError,
    InvalidInputError,
    NotFoundError,
)
from tests.unit.functions.arbitrate_claims.world import ANNA, World

BEN = Author(role=PERSON, by="key:ben", holder=PERSON)
BRIDGE = Author(role="Writer", by="key:bridge", holder="")
NOWHERE = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture
def world() -> World:
    return World()


def test_it_is_there_as_it_was_posted(world: World) -> None:
    source = world.post()
    wanted = world.wanted(type="Plan", payload="ü", summary="a plan", source_artefacts=(source.id,))
    artefact, is_new = world.put(wanted)
    assert is_new
    assert world.board.artefact(wanted.id) == artefact
    assert (artefact.logical_id, artefact.version, artefact.payload, artefact.payload_size) == (wanted.id, 1, "ü", 2)
    assert (artefact.produced_by, artefact.produced_by_role, artefact.author) == ("key:anna", PERSON, None)
    (told,) = world.told(artefact.id)
    assert (told.type, told.data["artefact_type"], told.data["payload_size"]) == ("artefact.created", "Plan", 2)
    assert "payload" not in told.data


def test_the_same_again_is_known_also_of_another_person(world: World) -> None:
    wanted = world.wanted(source_artefacts=(world.post().id, world.post().id))
    first, _ = world.put(wanted)
    world.clock.put_on(days=1)
    assert world.put(wanted) == (first, False)
    assert world.put(wanted, BEN) == (first, False)
    assert world.put(replace(wanted, source_artefacts=wanted.source_artefacts[::-1])) == (first, False)
    assert len(world.told(first.id)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"payload": "another"},
        {"type": "Plan"},
        {"summary": "said"},
        {"structural_type": StructuralType.ANSWER},
        {"instance": "other"},
        {"logical_id": NOWHERE},
    ],
)
def test_something_else_under_its_id_is_refused(world: World, other: dict[str, Any]) -> None:
    wanted = world.wanted()
    world.put(wanted)
    with pytest.raises(ContradictionError, match="there is another artefact"):
        world.put(replace(wanted, **other))


def test_who_may_not_answer_there_does_not_learn_which_ids_are_used(world: World) -> None:
    used = world.post(instance="other").id
    for artefact_id in (used, NOWHERE):
        with pytest.raises(NotFoundError, match="there is no claim"):
            world.put(world.wanted(id=artefact_id, claim_id=NOWHERE))


def test_the_same_of_another_role_is_something_else(world: World) -> None:
    wanted = world.wanted()
    world.put(wanted)
    with pytest.raises(ContradictionError):
        world.put(wanted, BRIDGE)


def test_sources_have_to_be_there_and_in_this_instance(world: World) -> None:
    elsewhere = world.post(instance="other")
    for missing in (NOWHERE, elsewhere.id):
        with pytest.raises(InvalidInputError, match=missing):
            world.post(source_artefacts=(world.post().id, missing))


def test_a_large_payload_is_kept_as_a_file_and_is_the_same(world: World) -> None:
    inline, large = world.post(payload="x" * INLINE_BYTES), world.wanted(payload="ü" * INLINE_BYTES)
    artefact, _ = world.put(large)
    assert (inline.payload_key, inline.payload) == (None, "x" * INLINE_BYTES)
    assert (artefact.payload, artefact.payload_size) == (None, 2 * INLINE_BYTES)
    assert artefact.payload_key is not None
    assert world.files.head(artefact.payload_key) == (2 * INLINE_BYTES, "text/plain; charset=utf-8")
    assert with_payload(artefact, world.files).payload == large.payload
    assert with_payload(inline, world.files) == inline
    assert world.put(large) == (artefact, False)


def test_what_is_refused_does_not_touch_the_file_of_what_is_there(world: World) -> None:
    wanted = world.wanted(payload="x" * (INLINE_BYTES + 1))
    artefact, _ = world.put(wanted)
    with pytest.raises(ContradictionError):
        world.put(replace(wanted, payload="y" * (INLINE_BYTES + 1)))
    assert with_payload(artefact, world.files).payload == wanted.payload


def test_a_payload_has_its_limit_and_may_be_just_as_large(world: World) -> None:
    assert world.post(payload="x" * MAX_PAYLOAD_BYTES).payload_size == MAX_PAYLOAD_BYTES
    with pytest.raises(BodyTooLargeError):
        world.post(payload="x" * (MAX_PAYLOAD_BYTES - 1) + "ü")


def test_versions_of_a_thread_follow_one_another(world: World) -> None:
    first = world.post()
    versions = [world.post(logical_id=first.id, type=type) for type in ("Draft", "Plan")]
    assert [(one.logical_id, one.version) for one in versions] == [(first.id, 2), (first.id, 3)]
    assert world.board.thread("default", first.id) == [first.id, *(one.id for one in versions)]


def test_a_thread_has_to_be_there_and_in_this_instance(world: World) -> None:
    elsewhere = world.post(instance="other")
    for thread in (NOWHERE, elsewhere.id):
        with pytest.raises(InvalidInputError, match="there is no thread"):
            world.post(logical_id=thread)


def test_two_who_post_the_next_version_at_once_have_one_after_the_other(world: World) -> None:
    first = world.post()
    world.ledger.rival = lambda: world.post(logical_id=first.id, payload="the rival's")
    mine = world.post(logical_id=first.id, payload="mine")
    assert mine.version == 3
    assert len(world.board.thread("default", first.id)) == 3


def test_two_who_post_the_same_at_once_have_posted_one(world: World) -> None:
    wanted = world.wanted()
    world.ledger.rival = lambda: world.put(wanted)
    assert world.put(wanted)[1] is False
    assert len(world.told(wanted.id)) == 1


def test_where_others_are_always_faster_it_is_to_be_posted_again(world: World) -> None:
    first = world.post()

    def rival() -> None:
        world.post(logical_id=first.id)
        world.ledger.rival = rival

    world.ledger.rival = rival
    with pytest.raises(ConflictError, match="post it again"):
        world.post(logical_id=first.id)


def test_an_answer_to_a_claim_is_taken_once_whoever_comes_between(world: World) -> None:
    world.register("Ann", bidding_strategy="claim")
    claim = world.claim_of(world.post())
    wanted = world.wanted(claim_id=claim.id)
    ann = world.author("Ann")
    world.ledger.rival = lambda: world.heartbeat("Ann", claim)
    first, is_new = world.put(wanted, ann)
    assert is_new
    world.run()
    assert world.put(wanted, ann) == (first, False)  # also when the claim is over
    with pytest.raises(ContradictionError):
        world.put(world.wanted(claim_id=claim.id), ann)


def test_an_answer_that_was_sent_twice_at_once_is_known_to_who_was_slower(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was on its way to the bucket when the other was taken, and the grant was over with it."""
    world.register("Ann", bidding_strategy="exclusive")
    claim = world.claim_of(world.post())
    wanted = world.wanted(claim_id=claim.id, payload="x" * (INLINE_BYTES + 1))
    ann, keep = world.author("Ann"), world.files.put

    def put(*file: Any) -> None:
        monkeypatch.setattr(world.files, "put", keep)
        assert world.put(wanted, ann)[1] is True
        keep(*file)

    monkeypatch.setattr(world.files, "put", put)
    artefact, is_new = world.put(wanted, ann)
    assert (artefact.id, is_new) == (wanted.id, False)
    assert len(world.told(wanted.id)) == 1


def test_an_answer_loses_to_the_end_of_its_claim(world: World) -> None:
    world.register("Ann", bidding_strategy="claim")
    claim = world.claim_of(world.post())
    world.ledger.rival = lambda: world.terminate(claim)
    with pytest.raises(ContradictionError):
        world.do("Ann", claim)
    assert len(world.artefacts()) == 1


@pytest.mark.parametrize("author", [ANNA, BRIDGE])
def test_who_holds_nothing_answers_no_claim(world: World, author: Author) -> None:
    world.register("Ann", bidding_strategy="claim")
    claim = world.claim_of(world.post())
    with pytest.raises(ContradictionError):
        world.post(author, claim_id=claim.id)


def test_a_claim_is_of_its_instance_and_says_by_itself_where_an_answer_belongs(world: World) -> None:
    world.register("Ann", bidding_strategy="claim")
    claim = world.claim_of(world.post())
    with pytest.raises(NotFoundError):
        world.do("Ann", claim, instance="other")
    with pytest.raises(NotFoundError):
        world.post(world.author("Ann"), claim_id=NOWHERE)
    with pytest.raises(InvalidInputError, match="leave logical_id out"):
        world.do("Ann", claim, logical_id=claim.target.logical_id)


def test_an_agent_names_as_sources_what_it_was_given_and_learns_of_nothing_else(world: World) -> None:
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",))
    goal, other = world.post(type="Goal"), world.post(type="Other")
    draft = world.post(source_artefacts=(goal.id,))
    claim = world.claim_of(draft)
    with pytest.raises(InvalidInputError) as there:
        world.do("Ann", claim, source_artefacts=(other.id,))
    with pytest.raises(InvalidInputError) as nowhere:
        world.do("Ann", claim, source_artefacts=(NOWHERE,))
    assert str(there.value) == str(nowhere.value)
    made = world.do("Ann", claim, source_artefacts=(goal.id, draft.id))
    assert made.source_artefacts == (draft.id, goal.id)


def test_an_instance_that_is_used_is_on_the_list_of_instances(world: World) -> None:
    world.post(instance="other")
    world.post(instance="other")
    assert world.board.instances() == ["default", "other"]


@pytest.mark.parametrize("wrong", ["source_artefacts", "logical_id", "claim_id"])
def test_what_is_refused_begins_no_instance(world: World, wrong: str) -> None:
    """A name that is mistyped would be looked after for ever."""
    said: dict[str, Any] = {wrong: (NOWHERE,) if wrong == "source_artefacts" else NOWHERE}
    with pytest.raises((InvalidInputError, NotFoundError)):
        world.post(instance="other", **said)
    assert world.board.instances() == ["default"]


@pytest.mark.parametrize("text", ["plain", "中😀ü", '{"a": "b"}', "a\n\t\\b", "\0"])
def test_what_a_payload_takes_in_an_answer_is_known(text: str) -> None:
    with_it, without = (json.dumps({"body": json.dumps({"payload": payload})}) for payload in (text, ""))
    assert told_size(text) == len(with_it) - len(without)


def test_what_could_be_posted_but_never_read_again_is_refused(world: World) -> None:
    with pytest.raises(BodyTooLargeError, match="could not be read again"):
        world.post(payload='"' * (MAX_PAYLOAD_BYTES // 2))
    assert world.post(payload="中" * (MAX_PAYLOAD_BYTES // 6)).payload_size > INLINE_BYTES


def test_of_what_is_refused_no_file_is_kept(world: World) -> None:
    large = "x" * (INLINE_BYTES + 1)
    known = world.post()
    claim = world.claim_of(world.post())
    kept: list[str] = []
    world.files.put = lambda key, *_: kept.append(key)  # type: ignore[method-assign]
    for refused in ({"id": known.id}, {"claim_id": claim.id}, {"source_artefacts": (NOWHERE,)}):
        with pytest.raises((ContradictionError, InvalidInputError)):
            world.post(payload=large, **refused)
    assert kept == []
    world.post(payload=large)
    assert len(kept) == 1
