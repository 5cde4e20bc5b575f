"""What the demo tells of Discord: the same listings there, who may not, and a version that is shipped."""

from collections.abc import Callable
from typing import Any, Final

from scripts.discord.places import CHANNELS
from scripts.progress import StepError
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord_client import Somebody, Used, buttons_of, text_of

Poll = Callable[[Callable[[], object], str], None]  # until it is so; else raises StepError with the text
_TRIES: Final = 3  # the first calls start functions, which may take longer than Discord waits


def tell_discord(services: StandIns, listing_id: str, poll: Poll) -> None:
    """Raises StepError where something does not come about."""
    operator, viewer = Somebody(services, "operator"), Somebody(services, "viewer")
    if not any(operator.set_endpoint() for _ in range(_TRIES)):
        raise StepError("Discord would not take the address of the interactions")
    cards = services.discord_messages(CHANNELS["cards"])
    print(f"   #cards has {len(cards)} cards of listings, which have followed them to where they are")
    _show("/listing show", operator.use("listing show", listing=listing_id))
    _show("/listing move, by a viewer", viewer.use("listing move", listing=listing_id, to="CANCELLED"))
    _show("/ship env:staging", operator.use("ship", env="staging", strategy="full", ref="main"))
    poll(lambda: _deployed(services), "nothing was shipped")
    (message,) = _deployed(services)[-1:]
    print(f"   {text_of(message).splitlines()[0]}; buttons: {', '.join(buttons_of(message))}")


def _deployed(services: StandIns) -> list[dict[str, Any]]:
    return [one for one in services.discord_messages(CHANNELS["operations"]) if "Deployed" in text_of(one)]


def _show(what: str, used: Used) -> None:
    if not used.responded:
        raise StepError(f"{what}: {used.why}")
    lines = [line for line in used.text.splitlines() if line.strip()]
    print(f"   {what}: {' · '.join(lines[:3])[:150]}")
