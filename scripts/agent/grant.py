"""One piece of work: run the command, and post what it made, or why there is nothing. Once, while the lease lasts."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Semaphore
from typing import Any, Final

from scripts.agent.api import Api, RefusedError, UnreachableError
from scripts.agent.command import Commands, Ended, Limits, Why
from scripts.agent.contract import artefact_of, document_of, failure_of
from scripts.agent.ending import Ending, Over
from scripts.agent.heartbeat import Heartbeat
from scripts.agent.log import Log
from scripts.agent.patience import Patience
from scripts.agent.reading import whole
from scripts.agent.settings import Settings

_TRIES: Final = 12  # answers like 500 to the same post, after which it is not tried again: some four minutes
_LOOK: Final = 0.1  # seconds
_FOR_RELEASE: Final = 3.0  # seconds
_NOT_TAKEN: Final = "the API did not take the artefact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What work is done with. `hands` are free for so many commands at once."""

    settings: Settings
    api: Api
    commands: Commands
    hands: Semaphore
    ending: Ending
    log: Log


def do_work(item: Mapping[str, Any], tools: Tools) -> bool:
    """Whether an artefact is posted. The lease is kept from the beginning, also while there is no free hand."""
    claim_id = item["claim_id"]

    def on_denied(error: RefusedError) -> None:
        tools.ending.want(Over(code=1, why=denied(error), has_time=False))

    beat = Heartbeat(claim_id, str(item.get("lease_until")), api=tools.api, log=tools.log, on_denied=on_denied)
    with beat:
        return _Work(item, tools, beat).go()


def denied(error: RefusedError) -> str:
    return f"SWITCHYARD_KEY does not open this: {error}"


class _Work:
    def __init__(self, item: Mapping[str, Any], tools: Tools, beat: Heartbeat) -> None:
        self._item = item
        self._claim_id: str = item["claim_id"]
        self._tools = tools
        self._beat = beat
        self._began = time.monotonic()

    def go(self) -> bool:
        why = "the agent ends"
        try:
            ended = self._run()
        except UnreachableError as error:
            ended, why = None, f"what it is about cannot be read: {error}"
        except RefusedError as error:  # to read what it is about
            self._refused(error)
            ended = Ended(why=Why.NOT_STARTED, error=str(error))
        if self._beat.is_lost.is_set():
            return False
        if ended is None or ended.why is Why.STOPPED:
            self._release(why)
            return False
        artefact = artefact_of(self._item, self._tools.settings.name, ended)
        refusal = self._post(artefact)
        if refusal and artefact["structural_type"] != "Failure" and not self._beat.is_lost.is_set():
            self._tools.log.warn("artefact_refused", claim_id=self._claim_id, error=refusal)
            artefact = failure_of(self._item, self._tools.settings.name, ended, _NOT_TAKEN, refusal)
            refusal = self._post(artefact)
        return self._settle(artefact, ended, refusal)

    def _run(self) -> Ended | None:
        """None where it never came to that."""
        tools, settings = self._tools, self._tools.settings
        while not tools.hands.acquire(timeout=_LOOK):
            if self._beat.is_lost.is_set() or tools.ending.has_begun:
                return None
        try:
            said = document_of(whole(self._item, tools.api, self._rest_reading))
            limits = Limits(timeout=settings.timeout, output=settings.max_output)
            return tools.commands.run(settings.command, said, limits, self._is_over)
        finally:
            tools.hands.release()

    def _rest_reading(self, seconds: float) -> bool:
        return self._tools.ending.wait(seconds) or self._beat.is_lost.is_set()

    def _is_over(self) -> bool:
        return self._beat.is_lost.is_set() or self._tools.ending.is_time_up

    def _post(self, artefact: Mapping[str, Any]) -> str | None:
        """Why it was not taken. Until there is an answer it is posted again: under its id it is the same post."""
        patience, unwell = Patience(), 0
        while not self._beat.is_lost.is_set():
            try:
                self._tools.api.post(artefact, **self._hurry())
                return None
            except RefusedError as error:
                return self._refused(error)
            except UnreachableError as error:
                unwell += error.status is not None
                wait = patience.after(error.retry_after)
                self._tools.log.warn("post_failed", claim_id=self._claim_id, error=str(error), retry_in=round(wait, 1))
                if unwell >= _TRIES:
                    return str(error)
                if self._rest(wait):
                    return "the agent ended before the API answered"
        return "the lease is lost"

    def _refused(self, error: RefusedError) -> str:
        if error.is_gone:
            self._beat.is_lost.set()
            self._tools.log.warn("lease_lost", claim_id=self._claim_id, error=str(error))
        if error.is_denied:
            self._beat.is_lost.set()
            self._tools.ending.want(Over(code=1, why=denied(error), has_time=False))
        return str(error)

    def _hurry(self) -> dict[str, float]:
        ending = self._tools.ending
        return {"limit": max(0.5, ending.left() - _FOR_RELEASE / 2)} if ending.has_begun else {}

    def _rest(self, seconds: float) -> bool:
        """Whether there is no time for another try."""
        ending = self._tools.ending
        if not ending.has_begun:
            ending.wait(seconds)
            return False
        time.sleep(min(seconds, _LOOK * 5))
        return ending.left() < _FOR_RELEASE

    def _settle(self, artefact: Mapping[str, Any], ended: Ended, refusal: str | None) -> bool:
        if refusal is not None:
            if not self._beat.is_lost.is_set():
                self._release(f"what came of it could not be posted: {refusal}")
            return False
        told = self._tools.log.info if artefact["structural_type"] != "Failure" else self._tools.log.warn
        told(
            "work_done",
            claim_id=self._claim_id,
            artefact_id=artefact["id"],
            structural_type=artefact["structural_type"],
            exit_code=ended.exit_code,
            seconds=round(time.monotonic() - self._began, 1),
        )
        return True

    def _release(self, reason: str) -> None:
        try:
            self._tools.api.release(self._claim_id, reason[:200], limit=_FOR_RELEASE)
            self._tools.log.info("work_released", claim_id=self._claim_id)
        except (UnreachableError, RefusedError) as error:
            self._tools.log.warn("release_failed", claim_id=self._claim_id, error=str(error))
