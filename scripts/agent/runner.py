"""Asks for work, bids, and has what is granted done, until somebody wants an end."""

import time
from collections.abc import Mapping
from threading import Event, Lock, Semaphore, Thread
from typing import Any, Final

from scripts.agent.api import Api, RefusedError, UnreachableError
from scripts.agent.bidding import Bidding
from scripts.agent.command import Commands
from scripts.agent.ending import Ending, Over
from scripts.agent.grant import Tools, denied, do_work
from scripts.agent.log import Log
from scripts.agent.patience import Patience
from scripts.agent.remembered import Remembered
from scripts.agent.settings import Settings

WAIT: Final = 20  # seconds that the API may keep a question open
_PAUSE: Final = 5.0  # seconds, where the API tells only of what is in hand already
_LOOK: Final = 0.05  # seconds


class Runner:
    def __init__(self, settings: Settings, *, api: Api, commands: Commands, ending: Ending, log: Log) -> None:
        self._settings = settings
        self._api = api
        self._commands = commands
        self._ending = ending
        self._log = log
        self._bidding = Bidding(settings, api, commands, log)
        hands = Semaphore(settings.parallel)
        self._tools = Tools(settings=settings, api=api, commands=commands, hands=hands, ending=ending, log=log)
        self._bids = Remembered()
        self._ended = Remembered()  # by claim, when its work came to an end here
        self._in_hand: dict[str, Thread] = {}
        self._has_enough = False  # nothing more is begun
        self._lock = Lock()
        self._freed = Event()  # a hand, so that there may be other work
        self._patience = Patience()

    def run(self) -> Over:
        """How it ended."""
        self._thread(self._ask, "asking").start()
        over = self._ending.wanted()
        assert over
        if over.has_time:
            self._log.info("agent_ends", why=over.why)
        self._ending.begin(has_time=over.has_time)
        while self._busy() and self._ending.left() > 0:
            if again := self._ending.wanted(_LOOK):
                self._ending.begin(has_time=again.has_time)
        self._commands.kill_all()
        return over

    def _busy(self) -> bool:
        with self._lock:
            return bool(self._in_hand)

    def _thread(self, what: Any, name: str, *arguments: Any) -> Thread:
        """One that nobody waits for at the end."""
        return Thread(target=what, name=name, args=arguments, daemon=True)

    def _ask(self) -> None:
        try:
            self._go_on_asking()
        finally:  # who asks no more is no agent any more, whatever has happened
            self._ending.want(Over(code=1, why="it cannot ask for work any more"))

    def _go_on_asking(self) -> None:
        while not self._ending.has_begun:
            asked_at = time.monotonic()
            try:
                items = self._api.work(WAIT)
            except UnreachableError as error:
                self._rest("api_unreachable", error, error.retry_after)
            except RefusedError as error:
                self._refused(error)
            else:
                self._heard()
                self._take([item for item in items if not self._is_old(item, asked_at)])

    def _heard(self) -> None:
        if self._patience.failures:
            self._log.info("api_answers_again", failures=self._patience.failures)
        self._patience.reset()

    def _refused(self, error: RefusedError) -> None:
        """An agent that nobody has registered yet may be in a moment."""
        if error.is_denied:
            self._ending.want(Over(code=1, why=denied(error), has_time=False))
            self._ending.wait(_PAUSE)
        else:
            self._rest("work_refused", error, None)

    def _rest(self, event: str, error: Exception, asked: float | None) -> None:
        wait = self._patience.after(asked)
        self._log.warn(event, error=str(error), retry_in=round(wait, 1))
        self._ending.wait(wait)

    def _is_old(self, item: Mapping[str, Any], asked_at: float) -> bool:
        """Work that was done while the question was open: the answer may be from before that."""
        return item.get("kind") == "grant" and bool(self._ended.get(item["claim_id"], asked_at) > asked_at)

    def _take(self, items: list[dict[str, Any]]) -> None:
        fresh = [self._take_one(item) for item in items if not self._ending.has_begun]
        if fresh and not any(fresh):
            self._freed.wait(_PAUSE)
        self._freed.clear()
        if self._has_enough:
            self._ending.wait()

    def _take_one(self, item: Mapping[str, Any]) -> bool:
        """Whether it was news."""
        match item.get("kind"):
            case "bid":
                return self._bid(item)
            case "grant":
                return self._begin(item)
        return False

    def _bid(self, item: Mapping[str, Any]) -> bool:
        claim_id, key = item["claim_id"], f"{item['claim_id']} {item.get('until')}"
        if self._bids.get(key):
            return False
        try:
            word = self._bidding.decide(item, lambda: self._ending.has_begun)
            if self._ending.has_begun:
                return False
            self._api.bid(claim_id, word)
            self._log.info("bid_submitted", claim_id=claim_id, bid=word)
        except UnreachableError as error:  # it will be asked again
            self._log.warn("bid_failed", claim_id=claim_id, error=str(error))
            return False
        except RefusedError as error:
            self._log.warn("bid_refused", claim_id=claim_id, error=str(error))
        self._bids.put(key, True)
        return True

    def _begin(self, item: Mapping[str, Any]) -> bool:
        claim_id = item["claim_id"]
        with self._lock:
            if claim_id in self._in_hand or self._has_enough:
                return False
            self._has_enough = self._settings.once
            thread = self._thread(self._work, f"work {claim_id}", item)
            self._in_hand[claim_id] = thread
        self._log.info(
            "work_granted", claim_id=claim_id, claim_type=item["claim_type"], rework=bool(item.get("rework"))
        )
        thread.start()
        return True

    def _work(self, item: Mapping[str, Any]) -> None:
        over: Over | None = Over(code=1, why="it cannot do work any more")
        try:
            is_posted = do_work(item, self._tools)
            over = Over(code=0 if is_posted else 1, why="one piece of work is done") if self._settings.once else None
        finally:
            with self._lock:
                self._ended.put(item["claim_id"], time.monotonic())
                del self._in_hand[item["claim_id"]]
            self._freed.set()
            if over:
                self._ending.want(over)
