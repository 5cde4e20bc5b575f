"""The sink that docs/sinks.md adds: one file, and events are brought there like anywhere else."""

import re
import sys
from types import ModuleType

import pytest

from shared.deliveries.delivery import MemoryDeliveries, Status
from shared.runtime.http import Answer, Call, NoAnswerError, Service
from shared.sinks.delivering import deliver
from shared.sinks.options import Options
from shared.sinks.place import Place, has_credential, module_of
from tests.support.builders import NOON
from tests.support.in_process import TEMPLATE
from tests.unit.shared.sinks.samples import a_short_message

EVENT = a_short_message(content="Kickoff", author="ada")
SECRET = {"token": "tk_1"}


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody had put the file beside the others."""
    (source,) = re.findall(r"```python\n(.*?)```", (TEMPLATE.parent / "docs" / "sinks.md").read_text(), re.DOTALL)
    module = ModuleType("shared.sinks.ntfy")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(source, "docs/sinks.md", "exec"), module.__dict__)


class Ntfy:
    """The provider, as far as it matters here."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Call, dict[str, str]]] = []

    def __call__(self, url: str, call: Call, headers: object) -> Answer:
        self.asked.append((url, call, dict(headers)))  # type: ignore[call-overload]
        if not self.answers:
            raise NoAnswerError("did not answer in time")
        return Answer(status=200, headers={}, body=b'{"id": "sPs71M8A2T"}')


def a_place(ntfy: Ntfy) -> Place:
    return Place(
        target="switchyard",
        currency="GBP",
        options=Options(),
        secret=lambda *, fresh=False: SECRET,
        send=ntfy,
        clock=lambda: NOON,
    )


def bring(ntfy: Ntfy, records: MemoryDeliveries) -> Status:
    place = a_place(ntfy)
    service = Service("ntfy", module_of("ntfy").locate(place), send=ntfy)
    sink = module_of("ntfy").build(service, place)
    return deliver(EVENT, sink, live=True, deliveries=records, clock=lambda: NOON).delivery.status


def test_it_is_asked_once_with_what_says_who_we_are() -> None:
    ntfy, records = Ntfy(), MemoryDeliveries()
    assert [bring(ntfy, records) for _ in range(2)] == [Status.DELIVERED] * 2
    ((url, call, headers),) = ntfy.asked
    assert (url, headers["Authorization"]) == ("https://ntfy.sh/", "Bearer tk_1")
    assert call.json == {"topic": "switchyard", "message": "ada: Kickoff"}
    known = records.get(EVENT["id"], "ntfy")
    assert known
    assert known.external_id == "sPs71M8A2T"


def test_what_is_in_doubt_is_not_told_again() -> None:
    ntfy, records = Ntfy(answers=False), MemoryDeliveries()
    assert [bring(ntfy, records) for _ in range(2)] == [Status.IN_DOUBT] * 2
    assert len(ntfy.asked) == 1


def test_without_its_token_it_is_not_asked_for_real() -> None:
    assert has_credential("ntfy", SECRET)
    assert not has_credential("ntfy", {"token": ""})
