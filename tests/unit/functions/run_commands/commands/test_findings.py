"""/findings: the newest that were found, the worst first, of one severity or of all."""

from typing import Any

import pytest

from shared.discord.answers import Colour, Reply
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError
from tests.support.builders import NOON
from tests.support.findings import a_finding, keep_findings
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands
from tests.unit.functions.run_commands.desk import ODD, text_of


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def shown(ports: MemoryPorts, **options: Any) -> Reply:
    return Hands(ports).type("findings", options, role=Role.VIEWER)


def test_the_newest_findings_are_shown_the_worst_first(ports: MemoryPorts) -> None:
    keep_findings(ports.findings, a_finding(9, "high"), run_id="old", at=NOON.replace(hour=1))
    keep_findings(ports.findings, a_finding(1), a_finding(2, "high"), a_finding(3, "med"))
    reply = shown(ports)
    told = text_of(reply)
    assert told.index("finding 2") < told.index("finding 3") < told.index("finding 1")
    assert "finding 9" not in told
    assert "3 findings, 1 of them new" in told
    assert "12 documents" in told
    assert "🔴 High\n1\n🟡 Medium\n1\n⚪ Low\n1" in told
    assert reply.embeds[0].colour is Colour.BAD


@pytest.mark.parametrize(("severity", "found"), [("high", [1]), ("med", []), ("low", [2, 3])])
def test_they_may_be_of_one_severity(ports: MemoryPorts, severity: str, found: list[int]) -> None:
    keep_findings(ports.findings, a_finding(1, "high"), a_finding(2), a_finding(3))
    told = text_of(shown(ports, severity=severity))
    assert [number for number in (1, 2, 3) if f"finding {number}" in told] == found
    assert ("None." in told) is (not found)


def test_those_of_a_run_are_found_by_its_id(ports: MemoryPorts) -> None:
    keep_findings(ports.findings, a_finding(1), run_id="old", at=NOON.replace(hour=1))
    keep_findings(ports.findings, a_finding(2))
    assert "finding 1" in text_of(shown(ports, run=" old "))
    with pytest.raises(NotFoundError):
        shown(ports, run="nobody's")


def test_of_many_so_many_are_shown_and_the_others_counted(ports: MemoryPorts) -> None:
    keep_findings(ports.findings, *(a_finding(number) for number in range(100, 150)))
    assert "35 more are not shown" in text_of(shown(ports))
    assert "25 more are not shown" in text_of(shown(ports, limit=25, severity="low"))


@pytest.mark.parametrize("is_cut", [True, False])
def test_where_not_all_was_looked_at_that_is_said(ports: MemoryPorts, is_cut: bool) -> None:
    keep_findings(ports.findings, a_finding(1), is_cut=is_cut)
    assert ("12 documents, a part of what there is to find," in text_of(shown(ports))) is is_cut


def test_where_nothing_was_found_that_is_good(ports: MemoryPorts) -> None:
    keep_findings(ports.findings)
    reply = shown(ports)
    assert "0 findings" in text_of(reply)
    assert reply.embeds[0].colour is Colour.GOOD


def test_before_anything_was_looked_at_that_is_said(ports: MemoryPorts) -> None:
    with pytest.raises(NotFoundError, match="`/ingest`"):
        shown(ports)


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_findings_are_shown_as_text(ports: MemoryPorts, odd: str) -> None:
    keep_findings(
        ports.findings, *(a_finding(number, "high", title=odd, where=odd, detail=odd) for number in range(30))
    )
    told = text_of(shown(ports, limit=25))
    for harmful in ("@everyone", "<@2>", "<@&1>", "[click](", "**bold**", "```"):
        assert harmful not in told
