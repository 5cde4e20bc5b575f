"""What a command is told and what it answers: JSON on its standard input, one JSON object on its standard output."""

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from uuid import UUID, uuid5

from scripts.agent.command import Ended, Why

STRUCTURAL_TYPES: Final = ("Standard", "Review", "Question", "Answer", "Failure", "Terminal")
FAILURE_TYPE: Final = "ToolExecutionFailure"
_LONGEST_TEXT: Final = 5_000  # characters of each text in a Failure
_LONGEST_SUMMARY: Final = 500
_NAMES: Final = UUID("3b0b1f0e-8f0c-5d58-9a5e-2f7c9b1d6a40")


class OutputError(Exception):
    """What a command said is not what was asked for; the message says why."""


def document_of(item: Mapping[str, Any]) -> bytes:
    """What the command finds on its standard input."""
    known = {name: item[name] for name in ("claim_type", "target_artefact", "context_chain")}
    return json.dumps(known | {"rework": bool(item.get("rework"))}).encode()


def artefact_id(item: Mapping[str, Any], agent: str, what: str = "artefact") -> str:
    """The same however often this answer to this grant is posted."""
    said = json.dumps([item["claim_id"], agent, item.get("times"), item.get("lease_until"), what])
    return str(uuid5(_NAMES, said))


def artefact_of(item: Mapping[str, Any], agent: str, ended: Ended) -> dict[str, Any]:
    """What is posted: what the command made, or a Failure that says why there is nothing."""
    if ended.why is not None or ended.exit_code != 0:
        return failure_of(item, agent, ended, _REASONS.get(ended.why, f"the command ended with {ended.exit_code}"))
    try:
        answer = read_answer(ended.stdout)
    except OutputError as error:
        return failure_of(item, agent, ended, "the command's output cannot be used", str(error))
    return {"id": artefact_id(item, agent), "claim_id": item["claim_id"], **answer}


_REASONS: Final[Mapping[Why | None, str]] = {
    Why.TIMEOUT: "the command was not done in time",
    Why.OUTPUT: "the command said too much",
    Why.NOT_STARTED: "the command could not be started",
}


def read_answer(stdout: bytes) -> dict[str, Any]:
    """Type, structural type, payload, summary, as the API takes them. Raises OutputError."""
    read = _json(stdout)
    if not isinstance(read, dict):
        raise OutputError("it is no JSON object")
    kind = read.get("artefact_type")
    if not isinstance(kind, str) or not kind:
        raise OutputError("artefact_type has to be a text")
    structural_type = read.get("structural_type") or ("Review" if kind == "Review" else "Standard")
    if structural_type not in STRUCTURAL_TYPES:
        raise OutputError(f"structural_type has to be one of {', '.join(STRUCTURAL_TYPES)}")
    payload = read.get("artefact_payload")
    if not isinstance(payload, str | dict | list):
        raise OutputError("artefact_payload has to be a text, an object or a list")
    return {"type": kind, "structural_type": structural_type, "payload": payload} | _summary(read.get("summary"))


def _summary(said: Any) -> dict[str, str]:
    """A line, or nothing."""
    line = " ".join("".join(one if one.isprintable() else " " for one in str(said or "")).split())
    return {"summary": line[:_LONGEST_SUMMARY]} if line else {}


def _json(stdout: bytes) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no JSON")

    try:
        text = stdout.decode()
        if not text.strip():
            raise OutputError("there is none")
        read = json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise OutputError("it is nested too deeply") from None
    except ValueError as error:
        raise OutputError(f"it is not one JSON object in UTF-8: {error}"[:_LONGEST_TEXT]) from None
    return read


def failure_of(item: Mapping[str, Any], agent: str, ended: Ended, reason: str, error: str = "") -> dict[str, Any]:
    """Of what was said the beginning, of what was complained about the end."""
    payload = {
        "reason": reason,
        "exit_code": ended.exit_code,
        "stdout": _text(ended.stdout[: 4 * _LONGEST_TEXT])[:_LONGEST_TEXT],
        "stderr": _text(ended.stderr)[-_LONGEST_TEXT:],
        "error": (error or ended.error)[:_LONGEST_TEXT],
    }
    return {
        "id": artefact_id(item, agent, "failure"),
        "claim_id": item["claim_id"],
        "type": FAILURE_TYPE,
        "structural_type": "Failure",
        "payload": payload,
    } | _summary(f"{reason}: {payload['error']}" if payload["error"] else reason)


def _text(said: bytes) -> str:
    return said.decode(errors="replace").replace("\0", "\ufffd")
