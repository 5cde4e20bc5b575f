"""The receiver's part of a trace, as the worker tells of it."""

from typing import Any

from functions.run_commands.receiver_span import add_receiver_span
from shared.runtime.span import Kind, event_span_id
from tests.support.interactions import slash
from tests.unit.functions.receive_interactions.world import NOW, World
from tests.unit.spanned import Told, spanned


def detail() -> dict[str, Any]:
    """As the receiver puts it on the queue."""
    world = World()
    world.receive(slash("listing show"))
    (sent,) = world.details()
    return dict(sent)


def told_of(sent: dict[str, Any]) -> Told:
    with spanned("run_commands") as told:
        add_receiver_span(sent)
    return told


def test_the_worker_tells_what_the_receiver_did_as_the_parent_of_its_own_work() -> None:
    sent = detail()
    (span,) = told_of(sent).spans
    assert (span.service, span.name, span.kind) == ("receive_interactions", "receive interaction", Kind.ENTRY)
    assert (span.trace_id, span.parent_id, span.span_id) == (sent["trace_id"], None, event_span_id(sent["id"]))
    assert (span.start, span.duration) == (int(NOW * 1_000_000), 0)
    assert span.attributes == {"acknowledged": "defer_private"}


def test_however_often_the_message_comes_it_is_the_same_span() -> None:
    sent = detail()
    assert told_of(sent).spans == told_of(sent).spans


def test_a_message_of_an_older_receiver_has_none() -> None:
    sent = detail()
    del sent["received"]
    assert told_of(sent).spans == []
