"""An artefact: what somebody put on the blackboard. It never changes; what is better is its next version."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from shared.ledger.envelope import Fact

PERSON: Final = "user"  # the role, and the name in grants, of people
ARBITER: Final = "orchestrator"  # the role of what we put there ourselves
RESERVED: Final = frozenset({PERSON, ARBITER})

INLINE_BYTES: Final = 256 * 1024  # a larger payload is kept as a file
MAX_PAYLOAD_BYTES: Final = 4 * 1024 * 1024  # as JSON: what a call can carry there and back
MAX_TOLD_BYTES: Final = 5_632 * 1024  # of the six megabytes that Lambda answers with, for a payload
MAX_SOURCES: Final = 50
_NAMES: Final = UUID("6f0c4a3e-52f1-5d0b-9c1f-1d6f6a0c7b55")


class StructuralType(StrEnum):
    STANDARD = "Standard"
    REVIEW = "Review"
    QUESTION = "Question"
    ANSWER = "Answer"
    FAILURE = "Failure"
    TERMINAL = "Terminal"


# What starts work unless an instance says otherwise.
STARTS_WORK: Final = (StructuralType.STANDARD, StructuralType.QUESTION, StructuralType.ANSWER)
# What never does: a Terminal is the end of it.
ENDS_WORK: Final = frozenset({StructuralType.TERMINAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    id: str
    instance: str
    logical_id: str  # of its thread
    version: int  # in its thread, gapless from 1
    structural_type: StructuralType
    type: str
    payload: str | None = field(default=None, repr=False)  # None where it is kept as a file, or was not asked for
    payload_size: int  # bytes of UTF-8
    payload_key: str | None = None  # of that file
    summary: str | None = None
    source_artefacts: tuple[str, ...] = ()
    produced_by_role: str
    produced_by: str  # `agent:<name>`, or who it was by an event's actor
    claim_id: str | None = None  # the work it was asked for by
    iteration: int = 0  # how often this thread was sent back by reviewers before
    generation: int = 0  # how many pieces of work led to it since a person had a say
    body_hash: str  # of all that was posted: the same again is known
    created_at: datetime

    @property
    def author(self) -> str | None:
        """The agent that made it; None where none did."""
        kind, _, name = self.produced_by.partition(":")
        return name if kind == "agent" else None

    def fact(self) -> Fact:
        """What the others are told. Payloads do not travel on the bus: they may be large, and are nobody else's."""
        said = {
            "instance": self.instance,
            "artefact_id": self.id,
            "logical_id": self.logical_id,
            "version": self.version,
            "structural_type": self.structural_type,
            "artefact_type": self.type,
            "payload_size": self.payload_size,
            "summary": self.summary,
            "source_artefacts": list(self.source_artefacts),
            "produced_by_role": self.produced_by_role,
            "claim_id": self.claim_id,
            "iteration": self.iteration,
            "generation": self.generation,
        }
        return Fact(type="artefact.created", time=self.created_at, data=said)


def body_hash(posted: Mapping[str, Any]) -> str:
    """The same for the same body, however its keys are ordered."""
    return sha256(json.dumps(posted, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def size_of(payload: str) -> int:
    return len(payload.encode())


def size_in_json(payload: str) -> int:
    """As answers carry it: of some letters JSON makes six."""
    return len(json.dumps(payload)) - 2  # the quotes


def told_size(payload: str) -> int:
    """Bytes of Lambda's answer that it takes: it stands there as JSON, and that once more as JSON."""
    return len(json.dumps(json.dumps(payload))) - 6  # the quotes, and those of the quotes


def as_text(payload: Any) -> str:
    """Text as it is; objects and lists as JSON, with numbers as they were written.

    Raises ValueError for numbers that JSON's readers cannot read.
    """
    return payload if isinstance(payload, str) else _in_json(payload)


def _in_json(value: Any) -> str:
    """What has decimals in it is written part by part: the standard library would make floats of them."""
    match value:
        case Decimal():
            return _written(value)
        case dict():
            return "{" + ", ".join(f"{_plain(str(name))}: {_in_json(one)}" for name, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_in_json, value)) + "]"
        case _:
            return _plain(value)


def _written(number: Decimal) -> str:
    if not math.isfinite(float(number)):
        raise ValueError("a number that is too large to be read")
    return str(number)


_plain: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def claim_id_of(artefact_id: str) -> str:
    """An artefact has one claim, so its id says which: whoever makes it makes the same."""
    return str(uuid5(_NAMES, f"claim:{artefact_id}"))


def rework_id_of(claim_id: str) -> str:
    """The claim that follows a claim whose artefact was sent back."""
    return str(uuid5(_NAMES, f"rework:{claim_id}"))


def fresh_id() -> str:
    """One that nobody can have taken before: whoever posts chooses ids, and could take one that follows from others."""
    return str(uuid4())
