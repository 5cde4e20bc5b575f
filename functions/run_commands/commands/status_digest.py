"""How well all is: the addresses, queues, deliveries, listings and workflow runs, and what has changed."""

from functions.run_commands.command import Command, Use
from shared.discord.answers import Reply
from shared.discord.options import Acknowledge, Choice, Option
from shared.runtime.auth import Role


class StatusDigest(Command):
    name = "status-digest"
    description = "How well all is, and what has changed"
    options = (
        Option(
            name="period",
            description="What stretch of time; the last hour unless you say otherwise",
            choices=(
                Choice("now: the last hour", "now"),
                Choice("daily: the last 24 hours", "daily"),
                Choice("weekly: the last seven days", "weekly"),
            ),
        ),
    )
    needs = Role.VIEWER
    acknowledge = Acknowledge.DEFER
    example = "/status-digest period:daily"

    def run(self, use: Use) -> Reply:
        from functions.run_commands.digests.taking import take_digest  # the listings, the sinks: not for other commands
        from shared.status.period import read_period

        period = read_period(use.option("period", "now"))
        use.show(
            Reply(content=f"⏳ Asking {len(use.ports.watched.targets)} addresses, then the queues and the ledger…")
        )
        return take_digest(period, use.at, use.cause, ports=use.ports)
