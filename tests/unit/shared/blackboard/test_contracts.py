"""What arrives at the blackboard: what is taken, and what is refused before anything else sees it."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError

from shared.blackboard.agent import Bid
from shared.blackboard.contracts import (
    AgentIn,
    AnswerIn,
    ArtefactIn,
    BidIn,
    ReleaseIn,
    ReviewIn,
    SettingsIn,
    TerminateIn,
)
from shared.blackboard.instance import BOUNDS, Settings, checked_agent, checked_instance
from shared.runtime.errors import InvalidInputError

DEEP: Any = "deep"
for _ in range(100_000):
    DEEP = [DEEP]


def an_artefact(**said: Any) -> ArtefactIn:
    return ArtefactIn.model_validate({"type": "Draft"} | said)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("as it is", "as it is"),
        ("", ""),
        ({"ü": 1}, '{"ü": 1}'),
        ([1, None, True, {"a": []}], '[1, null, true, {"a": []}]'),
        ({"price": Decimal("1.5")}, '{"price": 1.5}'),
        ({"a": [Decimal("12.10"), Decimal("0.1234567890123456789")]}, '{"a": [12.10, 0.1234567890123456789]}'),
        ([Decimal("12345678901234567890.12"), 12345678901234567890], "[12345678901234567890.12, 12345678901234567890]"),
        ({"a": {"ü\n": Decimal("-0.0")}, "b": Decimal("1e2")}, '{"a": {"ü\\n": -0.0}, "b": 1E+2}'),
        ('{"not": "touched" }', '{"not": "touched" }'),
        ("\U0001f600\u0000", "\U0001f600\u0000"),
    ],
)
def test_a_payload_is_kept_as_text(payload: Any, text: str) -> None:
    assert an_artefact(payload=payload).wanted("default").payload == text


@pytest.mark.parametrize(
    "payload",
    [
        {"a": float("nan")},
        [float("inf")],
        [-float("inf")],
        [Decimal("1e400")],
        [Decimal("NaN")],
        {"a": "\ud800"},
        {"\udfff": 1},
        ["half \ud83d of it"],
        "\ud800",
        7,
        None,
        True,
        b"\xff",
    ],
)
def test_a_payload_that_cannot_be_kept_is_refused(payload: Any) -> None:
    with pytest.raises(ValidationError):
        an_artefact(payload=payload)


def test_a_payload_that_is_too_deep_is_refused() -> None:
    with pytest.raises(ValidationError):
        an_artefact(payload=DEEP)
    with pytest.raises(ValidationError):
        ArtefactIn.model_validate_json('{"type": "Draft", "payload": ' + "[" * 100_000 + "]" * 100_000 + "}")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_numbers_that_json_has_not_are_refused_however_they_are_read(number: str) -> None:
    with pytest.raises(ValidationError):
        ArtefactIn.model_validate_json('{"type": "Draft", "payload": [' + number + "]}")


def test_without_an_id_each_is_another() -> None:
    assert an_artefact().id != an_artefact().id


def test_ids_are_spelt_alike_and_a_source_is_named_once() -> None:
    one = uuid4()
    wanted = an_artefact(id=str(one).upper(), source_artefacts=[str(one), one.hex]).wanted("default")
    assert wanted.id == str(one)
    assert wanted.source_artefacts == (str(one),)


@pytest.mark.parametrize(
    "said",
    [
        {"type": ""},
        {"type": "two words"},
        {"type": "x" * 101},
        {"type": "-x"},
        {"type": "Draft\n"},
        {"structural_type": "standard"},
        {"id": "1"},
        {"source_artefacts": ["x"]},
        {"source_artefacts": [str(uuid4()) for _ in range(51)]},
        {"summary": ""},
        {"summary": "two\nlines"},
        {"summary": "x" * 501},
        {"summary": "\ud800"},
        {"claim_id": "none"},
        {"produced_by_role": "a/b"},
        {"produced_by_role": "Ä"},
    ],
)
def test_an_artefact_that_is_none_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        an_artefact(**said)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (ArtefactIn, {"type": "Draft"}),
        (BidIn, {"bid": "review"}),
        (ReleaseIn, {}),
        (ReviewIn, {"approved": True}),
        (AnswerIn, {"text": "well"}),
        (TerminateIn, {"reason": "not wanted"}),
        (AgentIn, {}),
        (SettingsIn, {}),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(model: type[BaseModel], said: dict[str, Any]) -> None:
    model.model_validate(said)
    with pytest.raises(ValidationError, match="unknown"):
        model.model_validate(said | {"unknown": 1})


@pytest.mark.parametrize("bid", ["Review", "", "all", None, 1])
def test_a_bid_is_one_of_four(bid: Any) -> None:
    with pytest.raises(ValidationError):
        BidIn.model_validate({"bid": bid})


@pytest.mark.parametrize("text", ["", "x" * 200_001, "\ud800", None])
def test_an_answer_says_something_that_can_be_kept(text: Any) -> None:
    with pytest.raises(ValidationError):
        AnswerIn.model_validate({"text": text})


def test_feedback_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(ValidationError):
        ReviewIn.model_validate({"approved": False, "feedback": "\ud800"})


def test_what_is_left_out_of_an_agent_is_at_its_default() -> None:
    assert AgentIn.model_validate({}).registration("Writer") == {
        "role": "Writer",
        "bidding_strategy": None,
        "target_types": (),
        "capacity": 1,
        "delivery": "poll",
        "url": None,
        "queue": None,
    }
    assert AgentIn(bidding_strategy=Bid.REVIEW, role="Critic").registration("Cleo")["role"] == "Critic"


@pytest.mark.parametrize(
    "said",
    [
        {"role": "user"},
        {"role": "orchestrator"},
        {"role": ""},
        {"role": "two words"},
        {"bidding_strategy": "always"},
        {"target_types": ["Draft*"] * 51},
        {"target_types": [""]},
        {"target_types": ["a b"]},
        {"target_types": "Draft"},
        {"capacity": 0},
        {"capacity": 33},
        {"capacity": "1"},
        {"capacity": 1.5},
        {"delivery": "mail"},
        {"queue": "a/b"},
        {"url": "x" * 2_049},
    ],
)
def test_an_agent_that_cannot_take_part_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AgentIn.model_validate(said)


def test_settings_that_are_left_out_are_at_their_defaults() -> None:
    assert SettingsIn.model_validate({}).settings() == Settings()
    assert SettingsIn.model_validate({"starts_work": ["Failure"]}).settings().starts_work == ("Failure",)


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_settings_have_their_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    for value in (least, most):
        assert getattr(SettingsIn.model_validate({name: value}).settings(), name) == value
    for wrong in (least - 1, most + 1, str(least), None, 1.5, float("nan")):
        with pytest.raises(ValidationError):
            SettingsIn.model_validate({name: wrong})


@pytest.mark.parametrize("name", ["prod", "a", "0-1", "x" * 32])
def test_these_name_an_instance(name: str) -> None:
    assert checked_instance(name) == name


@pytest.mark.parametrize("name", ["", "Prod", "-a", "a_b", "a/b", "a\n", "x" * 33, "ä"])
def test_these_name_none(name: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_instance(name)


@pytest.mark.parametrize("name", ["", "-a", "a_b", "a/b", "a b", "Ann\n", "x" * 65, "user", "orchestrator"])
def test_these_name_no_agent(name: str) -> None:
    with pytest.raises(InvalidInputError):
        checked_agent(name)


def test_what_people_say_of_an_end_is_one_line() -> None:
    assert TerminateIn(reason=" not wanted ").reason == "not wanted"
    for reason in ("", "two\nlines", "x" * 501):
        with pytest.raises(ValidationError):
            TerminateIn.model_validate(json.loads(json.dumps({"reason": reason})))
