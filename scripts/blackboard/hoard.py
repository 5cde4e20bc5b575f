"""`switchyard blackboard hoard`: the artefacts there are; one of them, with what it was made of and what came of it."""

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.api.shown import day_and_time, note, say, say_fields, say_json
from scripts.api.table import say_table
from scripts.blackboard.board import Board
from scripts.blackboard.filters import Filters, filters_of
from scripts.blackboard.ids import artefact_id, short
from shared.ledger.envelope import from_text

_COLUMNS = ("artefact", "created", "type", "kind", "version", "by", "bytes", "summary")


def hoard(board: Board, options: argparse.Namespace) -> int:
    as_json = options.output == "jsonl"
    if options.id:
        return _show(board, artefact_id(board, options.id), as_json=as_json)
    found = list(_wanted(board, filters_of(options), options.limit))
    if as_json:
        for artefact in found:
            say_json(artefact)
        return 0
    say_table(_COLUMNS, map(_row, found), empty="there are no such artefacts")
    if len(found) == options.limit:
        note(f"the newest {options.limit}; --limit N shows more")
    return 0


def _wanted(board: Board, filters: Filters, most: int) -> Iterator[dict[str, Any]]:
    """The newest first."""
    for artefact in board.all("artefacts", type=filters.type, role=filters.agent):
        if filters.since and from_text(artefact["created_at"]) < filters.since:
            return
        if filters.is_in_time(artefact["created_at"]):
            yield artefact
            most -= 1
        if most <= 0:
            return


def _row(artefact: dict[str, Any]) -> tuple[Any, ...]:
    return (
        short(artefact["id"]),
        day_and_time(artefact["created_at"]),
        artefact["type"],
        artefact["structural_type"],
        artefact["version"],
        artefact["produced_by_role"],
        f"{artefact['payload_size']:,}",
        artefact["summary"],
    )


def _show(board: Board, known: str, *, as_json: bool) -> int:
    artefact = board.get("artefacts", known)
    made_of, made_from = (_lineage(board, known, direction) for direction in ("up", "down"))
    if as_json:
        say_json({"artefact": artefact, "made_of": made_of, "came_of_it": made_from})
        return 0
    say_fields(
        {
            "artefact": artefact["id"],
            "thread": f"{artefact['logical_id']}, version {artefact['version']}",
            "type": f"{artefact['type']} ({artefact['structural_type']})",
            "by": f"{artefact['produced_by_role']} ({artefact['produced_by']})",
            "created": day_and_time(artefact["created_at"]),
            "claim": artefact["claim_id"],
            "summary": artefact["summary"],
        }
    )
    _tell("made of", made_of)
    _tell("what came of it", made_from)
    say(f"\npayload, {artefact['payload_size']:,} bytes:\n{artefact['payload']}")
    return 0


def _lineage(board: Board, known: str, direction: str) -> list[dict[str, Any]]:
    found = board.get("artefacts", known, "lineage", direction=direction)["artefacts"]
    return [one for one in found if one["id"] != known]


def _tell(what: str, artefacts: Iterable[dict[str, Any]]) -> None:
    for number, artefact in enumerate(artefacts):
        if not number:
            say(f"\n{what}:")
        said = " ".join(str(part) for part in _row(artefact)[:-2])
        say(f"    {said}  {artefact['summary'] or ''}".rstrip())
