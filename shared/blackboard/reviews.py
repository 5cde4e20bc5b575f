"""What the payload of a Review says, and that of a Question."""

import json
from typing import Any, Final

from shared.runtime.text import one_line

LONGEST_FEEDBACK: Final = 200  # characters, where events tell of it
LONGEST_QUESTION: Final = 1_000
_FEEDBACK: Final = ("feedback", "reason", "comment", "message")


def approves(payload: str) -> bool:
    """`{}`, `[]`, or an object whose `status` is `approved`. All else, and what is no JSON, sends the work back."""
    read = _read(payload)
    if isinstance(read, dict) and "status" in read:
        return bool(read["status"] == "approved")
    return read in ({}, []) and not isinstance(read, bool)


def feedback_in(payload: str, most: int = LONGEST_FEEDBACK) -> str:
    """What a rejection says, in one line."""
    read = _read(payload)
    said = next((read[name] for name in _FEEDBACK if read.get(name)), payload) if isinstance(read, dict) else payload
    return one_line(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False), most)


def is_for_people(payload: str) -> bool:
    """Whether a Question asks for a person: its `routing` is `human`."""
    read = _read(payload)
    return isinstance(read, dict) and read.get("routing") == "human"


def question_in(payload: str) -> str:
    """The text of a Question, in one line."""
    read = _read(payload)
    text = read.get("question_text") if isinstance(read, dict) else None
    return one_line(text if isinstance(text, str) and text.strip() else payload, LONGEST_QUESTION)


def _read(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None
