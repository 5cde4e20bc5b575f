"""`switchyard blackboard apply`: have an instance be as its file says; `agents`: who is there."""

import argparse
from collections.abc import Sequence
from typing import Any

from scripts.api.confirming import is_confirmed
from scripts.api.shown import note, say, say_json
from scripts.api.table import say_table
from scripts.blackboard.board import Board
from scripts.blackboard.plan import Change, plan, strangers
from scripts.rules.command import text_of
from shared.blackboard.sett_file import read_sett
from shared.blackboard.sett_reading import Sett
from shared.runtime.errors import InvalidInputError

_ALONE = "say --yes where nobody can be asked, or --dry-run to look only"
_COLUMNS = ("agent", "role", "bids", "on", "capacity", "in hand", "waiting", "delivery")


def apply(board: Board, options: argparse.Namespace) -> int:
    """Raises InvalidInputError for a file that cannot be used; OSError."""
    sett = _read(options.file)
    agents = {agent["name"]: agent for agent in board.get("agents")["agents"]}
    changes = plan(sett, agents=agents, settings=_settings(board), prune=options.prune)
    _tell(board.instance, sett, changes, left=[] if options.prune else strangers(sett, agents))
    if not changes or options.dry_run or not (options.yes or is_confirmed("Make these changes?", otherwise=_ALONE)):
        return 0
    for number, change in enumerate(changes):
        try:
            _make(board, change)
        except Exception:
            note(f"{number} of {len(changes)} changes are made; apply the file again for the others")
            raise
    say(f"{len(changes)} changes are made" if len(changes) > 1 else "the change is made")
    return 0


def _read(file: str) -> Sett:
    try:
        return read_sett(text_of(file))
    except InvalidInputError as error:
        problems = str(error).removeprefix(f"{file}: ").splitlines()
        said = "\n  ".join(problems)
        raise InvalidInputError(f"{file}: {said}" if len(problems) == 1 else f"{file}:\n  {said}") from None


def _settings(board: Board) -> dict[str, Any]:
    """As they are, those that nobody set among them."""
    found: dict[str, Any] = board.get("instance")
    settings: dict[str, Any] = found.get("settings", found)
    return settings


def _tell(instance: str, sett: Sett, changes: Sequence[Change], *, left: Sequence[str]) -> None:
    if sett.not_used:
        note(f"not used here: {', '.join(sett.not_used)}")
    if left:
        note(f"not in the file, and left as they are without --prune: {', '.join(left)}")
    say(f"{instance}:" if changes else f"{instance}: nothing to do")
    for change in changes:
        for line in change.lines():
            say(f"  {line}")


def _make(board: Board, change: Change) -> None:
    if change.name is None:
        board.put("instance", body=change.body or {})
    elif change.body is None:
        board.delete("agents", change.name)
    else:
        secret = board.put("agents", change.name, body=change.body).get("webhook_secret")
        if secret:
            say(f"{change.name} is told of its work signed with {secret}")


def agents(board: Board, options: argparse.Namespace) -> int:
    found = board.get("agents")["agents"]
    if options.json:
        say_json(found)
        return 0
    say_table(_COLUMNS, [_row(agent) for agent in found], empty=f"no agents are registered in {board.instance}")
    return 0


def _row(agent: dict[str, Any]) -> tuple[Any, ...]:
    return (
        agent["name"],
        agent["role"],
        agent["bidding_strategy"] or "itself",
        agent["target_types"] or "all types",
        agent["capacity"],
        len(agent.get("working_on") or ()),
        agent.get("queue_length", 0),
        agent["delivery"],
    )
