"""What to answer when the agent is asked for a bid."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from scripts.agent.api import Api
from scripts.agent.command import Commands, Ended, Limits, Why
from scripts.agent.log import Log
from scripts.agent.reading import whole
from scripts.agent.settings import BIDS, Settings

_LIMITS: Final = Limits(timeout=20.0, output=4_096)  # the others are not kept waiting for the sake of one


class Bidding:
    """The same always, or as a command decides; where that fails, the same as without it."""

    def __init__(self, settings: Settings, api: Api, commands: Commands, log: Log) -> None:
        self._settings = settings
        self._api = api
        self._commands = commands
        self._log = log

    def decide(self, item: Mapping[str, Any], is_over: Callable[[], bool]) -> str:
        """Raises RefusedError, UnreachableError where the artefact cannot be read."""
        if self._settings.bid_command is None:
            return self._settings.bid
        artefact = whole(item, self._api, lambda _: True)["target_artefact"]
        said = json.dumps(artefact).encode()
        ended = self._commands.run(self._settings.bid_command, said, _LIMITS, is_over)
        word = read_bid(ended)
        if word is None and ended.why is not Why.STOPPED:
            self._log.warn("bid_command_failed", claim_id=item["claim_id"], exit_code=ended.exit_code, why=ended.why)
        return word or self._settings.bid


def read_bid(ended: Ended) -> str | None:
    """The word on standard output, whatever stands on standard error; None where it is no bid, or it failed."""
    if ended.why is not None or ended.exit_code != 0:
        return None
    word = ended.stdout.decode(errors="replace").strip()
    return word if word in BIDS else None
