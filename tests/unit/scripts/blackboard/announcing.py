"""Artefacts as they are announced, and a log that can be looked at."""

import json
from typing import Any
from uuid import UUID

from scripts.blackboard.bridge.announced import Announced, read_announcement


def said(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "logical_id": str(UUID(int=number + 1_000)),
        "version": 1,
        "structural_type": "Standard",
        "type": "Draft",
        "payload": "text",
        "source_artefacts": [],
        "produced_by_role": "Writer",
        "created_at_ms": number,
    } | other


def announced(number: int, **other: Any) -> Announced:
    return read_announcement(json.dumps(said(number, **other)))


class Logged:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def __call__(self, level: str, event: str, **fields: Any) -> None:
        self.lines.append((level, event, fields))

    @property
    def events(self) -> list[str]:
        return [event for _, event, _ in self.lines]
