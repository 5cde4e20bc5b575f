"""What all stand-ins have in common: settings, faults, keys, what was counted and what was wrong."""

import json
import traceback
from collections import Counter, deque
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from threading import Event, RLock, Thread
from time import sleep
from typing import Any, ClassVar

from shared.runtime.clock import system_clock
from tests.stand_ins.callbacks import Callback, Caller
from tests.stand_ins.checks import check_headers, check_key
from tests.stand_ins.faults import NONE, Faults
from tests.stand_ins.http import Answer, RefusedError, Request
from tests.stand_ins.once import Once
from tests.stand_ins.routes import Route, found
from tests.stand_ins.settings import FAULTS, merge

Action = Callable[[dict[str, Any]], Any]

_RECENT = 500  # requests that the control page shows


class StandIn:
    """A service that answers, remembers and calls back. A concrete one names its routes, actions and settings."""

    name: ClassVar[str]
    key: ClassVar[str]
    own_settings: ClassVar[Mapping[str, Any]]
    settings: dict[str, Any]

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.lock = RLock()
        self._forget()

    def routes(self) -> Mapping[str, Route]:
        """By method and path; a path that ends with a slash is for all right below it, `{}` is for any one segment."""
        raise NotImplementedError

    def actions(self) -> Mapping[str, Action]:
        """What the control page can ask for besides settings."""
        return {}

    def state(self) -> dict[str, Any]:
        """What the service knows, as the control page shows it."""
        raise NotImplementedError

    def forget(self) -> None:
        """Be as new, in what the concrete service remembers."""

    def serve(self, request: Request) -> Answer:
        """Count, meet the faults, do the work."""
        with self.lock:
            self.requests[self.label(request)] += 1
        if self.settings["faults"]["down"] != "no":
            return Answer(silent=True)
        answer = self._with_faults(request)
        # Counted before who asked can know of it: nobody is to find nothing under way and then be called.
        answer = replace(answer, afterwards=tuple(self._counted(task) for task in answer.afterwards))
        with self.lock:
            status = None if answer.silent else answer.status
            self.recent.append({"at": system_clock().isoformat(), "request": self.label(request), "status": status})
        return answer

    def change(self, changes: Mapping[str, Any]) -> None:
        with self.lock:
            self.settings = merge(self.settings, changes)
            if "seed" in changes.get("faults", {}):
                self.faults = Faults()

    def reset(self) -> None:
        """Forget everything; what waits to be called back is not called any more."""
        self.cancelled.set()
        with self.lock:
            self._forget()

    def shown(self) -> dict[str, Any]:
        """All of it, for the control page."""
        with self.lock:
            page = json.dumps(  # what lists thousands is copied often; this is the quickest way
                {
                    "service": self.name,
                    "settings": self.settings,
                    "requests": dict(self.requests),
                    "violations": self.violations,
                    "callbacks": [one.shown() for one in list(self.caller.made)],
                    "under_way": self.under_way,
                    "state": self.state(),
                    "recent": list(self.recent),
                },
                default=str,
            )
        return dict(json.loads(page))

    def begin(self, task: Callable[[], object]) -> None:
        """Run it beside everything else."""
        Thread(target=self._counted(task), daemon=True).start()

    def call(self, url: str, body: Mapping[str, Any], *, webhook_id: str | None = None) -> Callback:
        """Send a webhook; returns when its answer is final."""
        send = self.caller.call_twice if self.settings["faults"]["twice"] else self.caller.call
        backoff = self.settings["backoff"]
        return send(url, body, cancelled=self.cancelled, backoff=backoff, webhook_id=webhook_id)

    def violate(self, request: Request, reason: str) -> None:
        with self.lock:
            at = system_clock().isoformat()
            self.violations.append({"at": at, "request": self.label(request), "reason": reason})

    def label(self, request: Request) -> str:
        """What the control page calls such a request."""
        return request.line

    def refusal(self, error: RefusedError) -> Answer:
        return Answer(status=error.status, body={"error": error.reason})

    def failure(self, answer: Answer) -> Answer:
        """A fault in the words of this service."""
        return answer

    def is_look_up(self, request: Request) -> bool:
        """Whether it changes nothing, so that faults may leave it alone."""
        return request.method == "GET"

    def check_access(self, request: Request) -> None:
        check_headers(request)
        check_key(request, self.key, required=self.settings["key_required"])

    def _with_faults(self, request: Request) -> Answer:
        with self.lock:
            fault = self.faults.choose(request, self.settings["faults"], look_up=self.is_look_up(request))
        sleep(fault.slow)
        if fault.fail and not fault.after_work:
            return self.failure(fault.fail)
        answer = replace(self._answer(request), pause=fault.late)
        if fault.fail:
            answer = replace(self.failure(fault.fail), afterwards=answer.afterwards)
        if fault is not NONE and fault.silence is not None:
            return replace(answer, silent=True, pause=fault.silence)
        return answer

    def _answer(self, request: Request) -> Answer:
        try:
            self.check_access(request)
            return self._route(request)(request)
        except RefusedError as error:
            if error.violation:
                self.violate(request, error.reason)
            return self.refusal(error)
        except Exception as error:  # whatever it is, whoever looks for violations is to find it
            traceback.print_exc()
            self.violate(request, f"the stand-in failed: {error!r}")
            return self.failure(Answer(status=500, body={"error": repr(error)}))

    def _route(self, request: Request) -> Route:
        if (route := found(self.routes(), request)) is None:
            raise RefusedError(f"{request.line} is not here", status=404)
        return route

    def _counted(self, task: Callable[[], object]) -> Callable[[], None]:
        """The same task, under way from now until it is done or a reset forgets it."""
        with self.lock:
            self.under_way += 1
            mine = self.cancelled

        def run() -> None:
            try:
                task()
            finally:
                with self.lock:
                    self.under_way -= mine is self.cancelled

        return run

    def _forget(self) -> None:
        self.cancelled = Event()
        common = {"backoff": 0.2, "key_required": False, "faults": FAULTS}  # backoff: seconds before the second try
        self.settings = deepcopy(common | dict(self.own_settings))
        self.faults = Faults()
        self.once = Once()
        self.requests: Counter[str] = Counter()
        self.recent: deque[dict[str, Any]] = deque(maxlen=_RECENT)
        self.violations: list[dict[str, str]] = []
        self.under_way = 0
        self.caller.made = []
        self.forget()
