"""A blackboard of its own on the deployed stack: people and agents, each with a key, and what becomes of claims."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx

from shared.blackboard.artefact import claim_id_of
from shared.ledger.envelope import to_text
from shared.runtime.auth import Role, new_key
from shared.runtime.keys import LedgerKeys
from tests.support.api import Api
from tests.support.builders import a_cause
from tests.support.cloud import Cloud
from tests.support.waiting import eventually

_ROLES: Final = frozenset({"viewer", "operator", "admin"})

Json = dict[str, Any]


class Studio:
    """`by` is a role, or the name of an agent: that one's own key is shown then."""

    def __init__(self, api: Api, cloud: Cloud, **settings: Any) -> None:
        self.name = f"studio-{uuid4().hex[:12]}"
        self.began = to_text(datetime.now(UTC))
        self._api = api
        self._keys = LedgerKeys(cloud.ledger)
        self._tokens: dict[str, str] = {}
        self.call("PUT", "instance", json=settings).raise_for_status()

    def call(
        self, method: str, path: str, *, by: str = "operator", instance: str | None = None, **request: Any
    ) -> httpx.Response:
        """The answer as it is. `instance`: another one than this."""
        params = {"instance": instance or self.name, **request.pop("params", {})}
        if by in _ROLES:
            return self._api.call(method, f"/blackboard/{path}", role=by, params=params, **request)
        headers = {"x-api-key": self.key_of(by)}
        return self._api.call(method, f"/blackboard/{path}", role=None, params=params, headers=headers, **request)

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """What is said to a request that is taken."""
        answer = self.call(method, path, **request)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def key_of(self, agent: str) -> str:
        """As the command makes it, which would take a second for each."""
        if agent not in self._tokens:
            at, bound_to = datetime.now(UTC), f"{self.name}/{agent}"
            self._tokens[agent], key = new_key("test", Role.AGENT, sources=[bound_to], at=at)
            self._keys.save(key, a_cause("command:keys"))
        return self._tokens[agent]

    def register(self, agent: str, **registration: Any) -> None:
        self.ask("PUT", f"agents/{agent}", json=registration)

    def post(self, artefact_type: str, payload: Any = "", *, by: str = "operator", **more: Any) -> Json:
        posted: Json = self.ask("POST", "artefacts", by=by, json={"type": artefact_type, "payload": payload, **more})
        return posted

    def answer(self, work: Mapping[str, Any], artefact_type: str, payload: Any, *, by: str, kind: str) -> Json:
        """What an agent makes of its work."""
        return self.post(artefact_type, payload, by=by, claim_id=work["claim_id"], structural_type=kind)

    def work(self, agent: str) -> Json:
        """The first that is there to do for it, as soon as there is some."""
        found = self.ask("GET", "work", by=agent, params={"agent": agent, "wait": 15})["work"]
        assert found, f"there is nothing to do for {agent}"
        return dict(found[0])

    def claim(self, artefact: Mapping[str, Any], holds: Callable[[Json], Any] = bool) -> Json:
        """The claim of an artefact, as soon as it is there and it is so."""

        def look() -> Json | None:
            answer = self.call("GET", f"claims/{claim_id_of(artefact['id'])}")
            return answer.json() if answer.status_code == 200 and holds(answer.json()) else None

        found = eventually(look)
        assert found
        return found

    def history(self, claim: Mapping[str, Any]) -> list[Json]:
        """All of it, where that is not much."""
        events: list[Json] = self.ask("GET", f"claims/{claim['id']}/history", params={"limit": 200})["events"]
        return events
