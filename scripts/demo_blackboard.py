"""`make demo-blackboard`: a goal goes through three agents, from a draft that is sent back to the end, and is told."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import Any, Final

import httpx
import yaml

from scripts import progress
from scripts.agent.crew import ENDS_WITHIN, Crew, crew
from scripts.agent.telling import Told, short, text_of, verdict_of
from scripts.demo import title
from scripts.progress import StepError, say
from scripts.stack import FILE, Stack
from scripts.up import up

INSTANCE: Final = "demo"
SETT: Final = Path(__file__).parent / "agent" / "samples" / "sett.yml"
LIMIT: Final = 60.0  # seconds for anything to happen by itself
GOAL: Final = {
    "thing": "Canon AE-1 with 50 mm",
    "price": "140 GBP, posted",
    "facts": ["shutter and meter tested", "a scratch on the top plate", "no case"],
}


class Story:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = httpx.Client(base_url=stack.api_url, timeout=60, trust_env=False)
        self.began = datetime.now(UTC)

    def tell(self) -> None:
        sett = yaml.safe_load(SETT.read_text())
        self._register()
        title("Three agents start, each a process with a key that opens nothing but its own work")
        with crew(INSTANCE, sett["agents"], FILE.with_name("agents")) as agents:
            for member in agents.members:
                print(f"   {member.name:8} runs as process {member.process.pid}, and logs to {_near(member.log)}")
            goal = self._post_goal()
            made = self._follow(goal["id"], agents)
            self._show_thread(made)
            self._check(made)
            self._claims(made)
            self._end(agents)
        self._try_by_hand(goal["id"])

    def _register(self) -> None:
        title(f"The blackboard `{INSTANCE}` gets its agents, as {_near(SETT)} says")
        words = ("blackboard", "apply", str(SETT), "--yes", "--instance", INSTANCE)
        done = subprocess.run(
            [sys.executable, "-m", "scripts.cli", *words], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise StepError(done.stderr.strip())
        print(indent(done.stdout, "   "), end="")

    def _post_goal(self) -> dict[str, Any]:
        title("Somebody posts a goal")
        summary = f"An offer for a {GOAL['thing']}"
        goal: dict[str, Any] = self._call(
            "POST", "/blackboard/artefacts", json={"type": "GoalDefined", "payload": GOAL, "summary": summary}
        )
        print(f"   {short(goal['id'])}  {goal['type']}: {summary}, which has to tell: {'; '.join(GOAL['facts'])}")
        return goal

    def _follow(self, goal_id: str, agents: Crew) -> list[dict[str, Any]]:
        """What came of it, with the end of it. Raises StepError."""
        title("What happens now, happens by itself")
        told, made = Told(goal_id), list[dict[str, Any]]()

        def is_over() -> bool:
            agents.check()
            found = self._call("GET", f"/blackboard/artefacts/{goal_id}/lineage", params={"direction": "down"})
            made[:] = sorted(found["artefacts"], key=lambda one: str(one["created_at"]))
            for event in self._call("GET", "/blackboard/events", params=self._since())["events"]:
                told.hear(event)
            failed = [one for one in made if one["structural_type"] == "Failure"]
            if failed:
                whole = self._call("GET", f"/blackboard/artefacts/{failed[0]['id']}")
                raise StepError(f"{failed[0]['produced_by_role']} failed: {whole['payload']}")
            return told.is_over and any(one["structural_type"] == "Terminal" for one in made)

        self._poll(is_over, "the goal is not reached")
        return [self._call("GET", f"/blackboard/artefacts/{one['id']}") for one in made if one["id"] != goal_id]

    def _since(self) -> dict[str, Any]:
        return {"since": self.began.isoformat(), "limit": 200}

    def _show_thread(self, made: list[dict[str, Any]]) -> None:
        draft = next(one for one in made if one["type"] == "Draft")
        thread = self._call("GET", f"/blackboard/threads/{draft['logical_id']}")["artefacts"]
        title(f"The thread {short(draft['logical_id'])}, and what was said to each version")
        for version in thread:
            print(f"   version {version['version']} by {version['produced_by_role']}: {text_of(version)}")
            for review in made:
                if review["structural_type"] == "Review" and version["id"] in review["source_artefacts"][:1]:
                    print(f"      {review['produced_by_role']:8} {verdict_of(review)}")
        end = next(one for one in made if one["structural_type"] == "Terminal")
        print(f"\n   {end['type']} {short(end['id'])} by {end['produced_by_role']}: {end['summary']}")

    def _check(self, made: list[dict[str, Any]]) -> None:
        """Raises StepError where it was another story."""
        drafts = [one["version"] for one in made if one["type"] == "Draft"]
        verdicts = sorted(
            (one["produced_by_role"], verdict_of(one)[:8]) for one in made if one["structural_type"] == "Review"
        )
        wanted = [("Checker", "approves"), ("Checker", "rejects:"), ("Editor", "approves"), ("Editor", "approves")]
        if drafts != [1, 2] or verdicts != wanted:
            raise StepError(f"there should be two drafts and one refusal; there are {drafts}, {verdicts}")
        text = text_of(next(one for one in made if one["structural_type"] == "Terminal"))
        if untold := [fact for fact in GOAL["facts"] if fact not in text]:
            raise StepError(f"the offer does not tell: {untold}")

    def _claims(self, made: list[dict[str, Any]]) -> None:
        title("The claims, each at its end")
        answered = dict.fromkeys(one["claim_id"] for one in made)
        claims = [self._call("GET", f"/blackboard/claims/{claim_id}") for claim_id in answered if claim_id]
        for claim in claims:
            why = f": {claim['termination_reason'].partition('.')[0]}" if claim["termination_reason"] else ""
            print(f"   {short(claim['id'])}  {claim['artefact_type']:11} {claim['status']}{why}")
        statuses = sorted(claim["status"] for claim in claims)
        if statuses != ["complete", "complete", "complete", "terminated"]:
            raise StepError(f"the claims should be at their ends, one of them sent back; they are {statuses}")

    def _end(self, agents: Crew) -> None:
        title("The agents are told to end")
        for name, (code, seconds) in agents.end().items():
            print(f"   {name:8} ended with {code} after {seconds:.1f} s")
            if code != 0 or seconds > ENDS_WITHIN:
                raise StepError(f"{name} did not end as it should")

    def _try_by_hand(self, goal_id: str) -> None:
        title(f"Try it by hand (addresses and keys are in {_near(FILE)})")
        api, key = self.stack.api_url, self.stack.keys["viewer"]
        goal = f"{api}/blackboard/artefacts/{goal_id}/lineage?instance={INSTANCE}&direction=down"
        print(f"   curl -s -H 'x-api-key: {key}' '{goal}'\n")
        print(f"   curl -s -H 'x-api-key: {key}' '{api}/blackboard/events?instance={INSTANCE}'\n")
        print("   docs/agents.md tells how to write an agent")

    def _poll(self, fact: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + LIMIT
        while not fact():
            if time.monotonic() > deadline:
                raise StepError(f"{otherwise} after {LIMIT:g} seconds")
            time.sleep(0.5)

    def _call(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None) -> Any:
        """The answer's JSON. Raises StepError where it is refused: then the story is not true."""
        headers = {"Authorization": f"Bearer {self.stack.keys['operator']}"}
        asked = {"instance": INSTANCE, **(params or {})}
        answer = self.http.request(method, path, headers=headers, params=asked, json=json)
        if not answer.is_success:
            raise StepError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()


def _near(file: Path) -> str:
    return str(file.relative_to(Path.cwd()))


def main() -> None:
    for name in ("SWITCHYARD_API", "SWITCHYARD_KEY"):  # they may lead elsewhere
        os.environ.pop(name, None)
    stack = up()
    say("the stack is there; the story begins")
    Story(stack).tell()


if __name__ == "__main__":
    progress.main(main)
