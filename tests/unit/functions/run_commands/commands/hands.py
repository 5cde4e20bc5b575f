"""Somebody at the keyboard: types commands, presses the buttons that are shown, fills in forms."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.run_commands import registry
from functions.run_commands.command import Run, Use
from shared.discord.answers import Button, Reply
from shared.ledger.envelope import Event
from tests.support.ports import MemoryPorts, form_of, press_of, use_of


class Hands:
    """`shown` is what a use has shown before its answer."""

    def __init__(self, ports: MemoryPorts) -> None:
        self.ports = ports
        self.shown: list[Reply] = []

    def type(self, name: str, options: Mapping[str, Any], **more: Any) -> Reply:
        use = use_of(name, options, ports=self.ports, **more)
        return self._run(registry.runnables()[name].run, use)

    def press(self, custom_id: str, **more: Any) -> Reply:
        use = press_of(custom_id, ports=self.ports, **more)
        return self._run(registry.components()[use.interaction.name].run, use)

    def fill_in(self, custom_id: str, fields: Mapping[str, str], **more: Any) -> Reply:
        """The form that this button opens."""
        opened = registry.components()[custom_id.partition(":")[0]].opens
        assert opened
        arguments = custom_id.partition(":")[2]
        use = form_of(f"{opened.prefix}:{arguments}", fields, ports=self.ports, **more)
        return self._run(registry.components()[opened.prefix].run, use)

    def _run(self, run: Run | None, use: Use) -> Reply:
        assert run
        reply = run(replace(use, show=self.shown.append))
        assert reply is not None
        return reply


def button(reply: Reply, label: str) -> Button:
    (found,) = [one for one in reply.buttons if one.label == label]
    return found


def labels(reply: Reply) -> list[str]:
    return [one.label for one in reply.buttons]


def happened(ports: MemoryPorts, listing_id: str) -> list[str]:
    return [event.type for event in ports.listings.history(listing_id)]


def last(ports: MemoryPorts, listing_id: str) -> Event:
    return ports.listings.history(listing_id)[-1]
