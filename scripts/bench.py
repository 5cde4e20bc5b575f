"""`make bench`: what cold starts, imports, transitions and writes cost; how many matches, claims, letters get through.

Times are of this machine and this moment; compare what stands side by side.
"""

import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import httpx
from statemachine import State as MachineState
from statemachine import StateMachine
from transitions import Machine

from functions.serve_reports.table import csv_chunks
from scripts import progress
from scripts.blackboard.bench import bench_claims
from scripts.cold_start import measure as cold_starts
from scripts.discord.pace import bench_pace
from scripts.history.bench import bench_history
from scripts.import_time import FLOOR, environment, import_seconds
from scripts.route.bench import bench_route
from scripts.stack import Stack, enter
from scripts.up import up
from scripts.write_units import write_units
from shared.ledger.envelope import Cause
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.listings.deadlines import NO_DEADLINES
from shared.listings.lifecycle import TRANSITIONS, State, is_final, step
from shared.listings.listing import Listing, Sighting
from shared.listings.report import tally
from shared.listings.store import LedgerListings

RUNS: Final = 11
REST: Final = 45  # seconds, until what was measured last has left little to do
LIFE: Final = (State.MESSAGING, State.NEGOTIATING, State.PURCHASED, State.RECEIVED, State.LISTED, State.SOLD)
DETAILS: Final[dict[State, dict[str, Any]]] = {
    State.PURCHASED: {"purchase_price": Decimal(300), "shipping_cost": Decimal(9)},
    State.LISTED: {"ebay_listing_id": "110011", "ebay_asking_price": Decimal(520)},
    State.SOLD: {"ebay_sold_price": Decimal(500), "ebay_fees": Decimal(50)},
}
CAUSE: Final = Cause(actor="webhook:scraper", trace_id="0" * 31 + "1", correlation_id="0" * 31 + "1")


def main() -> None:
    cold_starts.show(runs=RUNS)
    imports()
    transitions()
    writes()
    reports()
    routing()
    tracing()
    stack = up()
    for measure in (bench_claims, bench_pace, letters, bench_history):
        measure(stack)
        time.sleep(REST)
    matches(stack)  # the last: what follows from thousands of listings keeps the local AWS busy for minutes


def letters(stack: Stack) -> None:
    enter(stack)  # what is loaded now reads its settings at once
    from scripts.control.bench import bench_letters

    bench_letters(stack)


def imports() -> None:
    taken = import_seconds(RUNS)
    print(f"\nimport time: processor time, the least of {RUNS} fresh processes\n")
    for name, seconds in taken.items():
        print(f"   {name:30} {seconds * 1000:6.0f} ms   {seconds / taken[FLOOR]:4.1f} x")


def transitions() -> None:
    contenders: dict[str, Callable[[], object]] = {
        "the table": _by_table,
        "a listing, with its facts": lambda: _a_life(_a_listing("https://market.example/1")),
        "transitions": _by_transitions(),
        "python-statemachine": _by_python_statemachine(),
    }
    print("\ntransitions a second, one listing after the other through its whole life\n")
    for name, life in contenders.items():
        print(f"   {name:30} {len(LIFE) / _seconds(life):12,.0f}")


def _by_table() -> None:
    state = State.FOUND
    for target in LIFE:
        state = step(state, target)


def _by_transitions() -> Callable[[], None]:
    names = [str(state) for state in State]
    arrows = [
        {"trigger": _trigger(target), "source": str(origin), "dest": str(target)}
        for origin, targets in TRANSITIONS.items()
        for target in targets
    ]
    machine = Machine(None, states=names, transitions=arrows, initial="FOUND", auto_transitions=False)

    def live() -> None:
        model: Any = type("Model", (), {})()
        machine.add_model(model)
        for target in LIFE:
            model.trigger(_trigger(target))
        machine.remove_model(model)

    return live


def _by_python_statemachine() -> Callable[[], None]:
    body: dict[str, Any] = {s.lower(): MachineState(initial=s is State.FOUND, final=is_final(s)) for s in State}
    states = dict(body)
    for origin, targets in TRANSITIONS.items():
        for target in targets:
            arrow = states[origin.lower()].to(states[target.lower()])
            known = body.get(_trigger(target))
            body[_trigger(target)] = known | arrow if known else arrow
    lifecycle: Any = type("Lifecycle", (StateMachine,), body)

    def live() -> None:
        machine = lifecycle()
        for target in LIFE:
            machine.send(_trigger(target))

    return live


def _trigger(target: State) -> str:
    return f"to_{target.lower()}"


def _seconds(work: Callable[[], object]) -> float:
    """Of one call, the best of five rounds of a fifth of a second."""
    rounds, best = 1, float("inf")
    for _ in range(5):
        while True:
            began = time.perf_counter()
            for _ in range(rounds):
                work()
            taken = time.perf_counter() - began
            if taken > 0.1:
                break
            rounds *= 2
        best = min(best, taken / rounds)
    return best


class RecordingLedger(MemoryLedger):
    """Keeps every change in the order it was made."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[Change] = []

    def commit(self, change: Change) -> None:
        super().commit(change)
        self.changes.append(change)


def writes() -> None:
    ledger = RecordingLedger()
    listings = LedgerListings(ledger)
    listing = listings.save(_a_listing("https://www.facebook.com/marketplace/item/194517038429001"), CAUSE)
    seen = _a_sighting(listing.marketplace_url, job_id=str(uuid4()))
    listings.save_all([listing.seen(seen, at=_now())], CAUSE, claims={listing.id: "SIGHTING#job#listing"})
    listing = listings.get(listing.id)
    for target in LIFE:
        listing = listings.save(_moved(listing, target), CAUSE)

    print("\nwrite units of DynamoDB\n")
    names = ["a new match", "a match met again", *(f"a step to {state}" for state in LIFE)]
    for name, change, before in zip(names, ledger.changes, [None, *ledger.changes], strict=False):
        print(f"   {name:30} {write_units(change, before):4}")


def reports() -> None:
    """Ten times the listings take ten times as long: nothing in a report grows faster."""
    print("\nlistings a second through the reports, in memory\n")
    one = _a_life(_a_listing("https://market.example/1"))
    for size in (10_000, 100_000):
        shelf = [one] * size
        added = _seconds(lambda shelf=shelf: tally(shelf).stays())  # type: ignore[misc]
        written = _seconds(lambda shelf=shelf: deque(csv_chunks(shelf, size=5 << 20), 0))  # type: ignore[misc]
        print(f"   {size:7,}   summary {size / added:10,.0f}   table {size / written:10,.0f}")


def routing() -> None:
    print("\nmessages through `switchyard route`, a dry run with a snapshot\n")
    for row in bench_route():
        print(f"   {row.messages:7,} messages  {row.per_second:8,.0f} a second  {row.peak_memory / 2**20:6.0f} MB")


def tracing() -> None:
    """In a process of its own, for it wants the environment of a function."""
    subprocess.run([sys.executable, "-m", "scripts.tracing_bench"], env=environment(), check=True)


def matches(stack: Stack) -> None:
    print("\nmatches through the deployed stack, each new, each with its event\n")
    for size, calls, at_once in ((1, 40, 1), (100, 10, 1), (1_000, 3, 1), (100, 20, 4)):
        began = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda _, size=size: _post(stack, size), range(calls)))
        taken = time.perf_counter() - began
        print(f"   {calls:3} calls of {size:5}, {at_once} at once  {size * calls / taken:8,.0f} matches/s", end="")
        print(f"   {taken / calls * at_once * 1000:7,.0f} ms a call")


def _post(stack: Stack, size: int) -> None:
    run = uuid4().hex
    offers = [{"url": f"https://market.example/{run}/{n}", "title": "Sony A6400", "price": 400} for n in range(size)]
    product = {"id": 230, "brand": "Sony", "model": "a6400"}
    found = [{"listing": offer, "product": product, "confidence": 95, "potential_profit": 100} for offer in offers]
    answer = httpx.post(
        f"{stack.api_url}/webhooks/scraper/job-complete",
        content=json.dumps({"job_id": str(uuid4()), "brand": "Sony", "matches": found}),
        headers={"Content-Type": "application/json", "x-api-key": stack.keys["admin"]},
        timeout=60,
        trust_env=False,
    )
    if answer.status_code != 202 or answer.json()["created_listings"] != size:
        raise progress.StepError(f"{size} matches: {answer.status_code} {answer.text[:200]}")


def _a_sighting(url: str, *, job_id: str) -> Sighting:
    return Sighting(
        job_id=job_id,
        url=url,
        title="Sony A6400 body, boxed, 4k shutter count",
        price=Decimal("380.50"),
        currency="GBP",
        product_id=230,
        brand="Sony",
        model="a6400",
        confidence=Decimal("95.5"),
        estimated_profit=Decimal("119.5"),
    )


def _a_listing(url: str) -> Listing:
    return Listing.found(_a_sighting(url, job_id=str(uuid4())), at=_now(), deadlines=NO_DEADLINES)


def _a_life(listing: Listing) -> Listing:
    for target in LIFE:
        listing = _moved(listing, target)
    return listing


def _moved(listing: Listing, target: State) -> Listing:
    return listing.moved(
        target,
        at=listing.found_at,
        actor="key:x",
        reason=None,
        details=DETAILS.get(target, {}),
        deadlines=NO_DEADLINES,
    )


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    progress.main(main)
