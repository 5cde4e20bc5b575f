"""The command line of `switchyard agent`."""

import argparse
from typing import Any, Final

from scripts.agent.settings import BIDS, DEFAULT_OUTPUT, DEFAULT_TIMEOUT, MAX_PARALLEL

_ABOUT: Final = (
    "Does the work that an agent is granted on the blackboard with a command: what it is about stands on its standard "
    "input, and one JSON object with the artefact is expected on its standard output. SETT_INSTANCE_NAME names the "
    "instance, SWITCHYARD_API the API (without it: the local stack), SWITCHYARD_KEY is the agent's key. It ends with "
    "0, with 1 where the API does not let it in, with 2 where it was called wrongly."
)


def add_agent(areas: Any) -> None:
    agent = areas.add_parser("agent", help="work on the blackboard").add_subparsers(required=True, metavar="ACTION")
    run = agent.add_parser("run", help="be an agent that works with a command", description=_ABOUT)
    run.add_argument("--instance", metavar="NAME", help="instead of SETT_INSTANCE_NAME")
    run.add_argument("--api", metavar="URL", help="instead of SWITCHYARD_API")
    run.add_argument("--name", help="of the agent, as it is registered, and as its key says")
    _add_commands(run)
    _add_limits(run)
    run.add_argument("--workspace", metavar="FOLDER", default=".", help="where commands run; without it, here")
    run.add_argument("--once", action="store_true", help="end after one piece of work")
    run.add_argument("--health-port", metavar="PORT", help="serve GET /healthz there, on 127.0.0.1; 0 for any port")
    run.set_defaults(run=run_agent)


def _add_commands(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--command",
        metavar="WORDS",
        help="as in a shell, or a JSON list; or leave it out, and put the command after --",
    )
    run.add_argument("words", nargs="*", metavar="COMMAND", help="the command, after --")
    run.add_argument("--bid", choices=BIDS, help="what to answer when it is asked for a bid; without it ignore")
    run.add_argument(
        "--bid-command",
        metavar="WORDS",
        help="decides instead: the artefact on its input, one such word as its output",
    )


def _add_limits(run: argparse.ArgumentParser) -> None:
    run.add_argument("--timeout", metavar="SECONDS", help=f"for the command; without it {DEFAULT_TIMEOUT:g}")
    run.add_argument("--max-output", metavar="BYTES", help=f"of the command; without it {DEFAULT_OUTPUT:,}")
    run.add_argument("--parallel", metavar="N", help=f"commands at once, up to {MAX_PARALLEL}; without it 1")


def run_agent(options: argparse.Namespace) -> int:
    """The exit code."""
    from scripts.agent.start import start

    return start(options)
