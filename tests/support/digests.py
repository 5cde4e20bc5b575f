"""What tests of digests talk about: addresses that answered, runs of workflows, a whole digest."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Fact, to_text
from shared.ledger.ledger import Aggregate, Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.http import Address, Answer, Call, Send, Service
from shared.status.activity import Activity
from shared.status.brought import Brought
from shared.status.digest import Digest
from shared.status.period import Period
from shared.status.runs import Run, Runs
from shared.status.sampled import Checked, Sample
from shared.status.targets import Target
from tests.support.builders import NOON, a_cause


def a_check(
    name: str = "api", *, good: int = 20, bad: int = 0, unanswered: int = 0, milliseconds: float = 50
) -> Checked:
    samples = [Sample(milliseconds=milliseconds)] * good
    samples += [Sample(milliseconds=milliseconds, error="answers 500")] * bad
    samples += [Sample(milliseconds=None, error="cannot be reached")] * unanswered
    return Checked(target=Target(name=name, url="https://api.example/health"), samples=tuple(samples))


def a_run(conclusion: str | None = "success", *, workflow: int = 1, seconds: float | None = 90) -> Run:
    return Run(
        workflow_id=workflow,
        name=f"Workflow {workflow}",
        conclusion=conclusion,
        seconds=seconds if conclusion else None,
        url=f"https://github.com/acme/shop/actions/runs/{workflow}",
    )


def a_digest(period: Period = Period.DAILY, **parts: Any) -> Digest:
    """All is well and nothing happened, unless `parts` say otherwise."""
    quiet: dict[str, Any] = {
        "period": period,
        "until": NOON,
        "services": (a_check(),),
        "queues": (),
        "listings": {},
        "activity": Activity(bars=[Counter[str]() for _ in range(period.parts)]),
        "brought": Brought(by_sink={}),
        "runs": Runs(runs=()),
    }
    return Digest(**quiet | parts)


def raw_run(number: int = 1, *, at: datetime = NOON, **changes: Any) -> dict[str, Any]:
    """As GitHub sends it; what nobody reads is left out."""
    return {
        "id": number,
        "name": "Deploy",
        "path": ".github/workflows/deploy.yml",
        "workflow_id": 7,
        "status": "completed",
        "conclusion": "success",
        "html_url": f"https://github.com/acme/shop/actions/runs/{number}",
        "created_at": to_text(at),
        "run_started_at": to_text(at),
        "updated_at": to_text(at + timedelta(seconds=90)),
    } | changes


def raw_page(runs: Sequence[Any], total: int | None = None) -> dict[str, Any]:
    return {"total_count": len(runs) if total is None else total, "workflow_runs": list(runs)}


def a_service(send: Send, name: str = "github") -> Service:
    def locate(*, fresh: bool = False) -> Address:
        return Address(url=f"https://{name}.example")

    return Service(name, locate, send=send)


def refusing(url: str, call: Call, headers: object) -> Answer:
    raise AssertionError("nobody is to be asked")


def happen(ledger: MemoryLedger, *times: datetime, kind: str = "KEY") -> None:
    """An event of no consequence at each of the times."""
    data = {"key_id": "k", "name": "a key"}
    for number, time in enumerate(times):
        subject = f"{kind}-{to_text(time)}-{number}"
        (event,) = recorded(kind, subject, [Fact(type="key.revoked", time=time, data=data)], after=0, cause=a_cause())
        ledger.commit(Change(aggregate=Aggregate(kind=kind, id=subject, version=1, changed_at=time), events=(event,)))
