"""Who we are to peers."""

from types import SimpleNamespace

import pytest

from shared.runtime import wiring_registry

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/switchyard/54f20e5d-d734-4200-a028-462ae2ab6ff9"


@pytest.mark.parametrize(
    ("stack_id", "name", "origin"),
    [(STACK, "", "switchyard-54f20e5d"), (STACK, "north", "north"), ("", "", "ledger")],
)
def test_two_stacks_of_one_name_are_two_to_each_other(
    stack_id: str, name: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = SimpleNamespace(stack_id=stack_id, ledger_table="ledger")
    monkeypatch.setattr(wiring_registry, "settings", lambda: known)
    monkeypatch.setattr(wiring_registry, "configuration", lambda: SimpleNamespace(instance_name=name))
    assert wiring_registry.origin() == origin
