"""CommandQueue: a use of a command -> it is carried out once, and who asked is answered; schedules: the digest."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from functions.run_commands.answering import DiscordAnswers
from functions.run_commands.ports import Ports
from functions.run_commands.receiver_span import add_receiver_span
from functions.run_commands.service import Done, carry_out
from functions.run_commands.wired import WiredPorts
from shared.discord.access import Access
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, milliseconds, observed
from shared.runtime.queue import Consumer
from shared.runtime.settings import settings

ports: Ports = WiredPorts()
access = Access(
    viewer=settings().discord_viewers, operator=settings().discord_operators, admin=settings().discord_admins
)


def handle(detail: Mapping[str, Any]) -> timedelta | None:
    add_receiver_span(detail)
    answers = DiscordAnswers(wiring.discord_webhooks(), wiring.discord(), clock=system_clock, pause=time.sleep)
    done = carry_out(detail, ports=ports, answers=answers, access=access)
    if not isinstance(done, Done):
        return done
    _report(done)
    if done.error is not None:
        raise done.error
    return None


def _report(done: Done) -> None:
    """Who did what where, and what came of it; never what was written."""
    used = done.asked.interaction
    logger.info(
        "command",
        command=used.name,
        user_id=used.user_id,
        role=done.role,
        guild_id=used.guild_id,
        channel_id=used.channel_id,
        outcome=done.outcome,
        heard=done.is_heard,
        duration_ms=done.duration_ms,
    )
    count(f"Commands{done.outcome.title()}")
    count("AnswersLost", 0 if done.is_heard else 1)
    milliseconds("CommandDuration", done.duration_ms)


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    if "task" in event:
        from functions.run_commands.digests import scheduled

        scheduled.run(event, ports=ports)
        return None
    return consume(event, context)
