"""`switchyard agent run`, from the command line to its exit code."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from scripts.agent.api import Api
from scripts.agent.command import Commands
from scripts.agent.ending import Ending, Over
from scripts.agent.log import Log
from scripts.agent.runner import Runner
from scripts.agent.settings import Settings, SetupError, settings_of

_NOT_FOR_COMMANDS = ("SWITCHYARD_KEY",)


def start(options: argparse.Namespace) -> int:
    """The exit code."""
    try:
        settings = settings_of(options, os.environ)
        return _run(settings)
    except SetupError as error:
        print(f"switchyard: {error}", file=sys.stderr)
        return 2


def _run(settings: Settings) -> int:
    log = Log(sys.stderr, secret=settings.key, instance=settings.instance, agent=settings.name)
    api = Api(settings.api_url, key=settings.key, instance=settings.instance, agent=settings.name)
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_COMMANDS}
    commands, ending = Commands(settings.workspace, environment), Ending()
    with _health(settings, api) as port, _ended_by_signals(ending, commands):
        log.info("agent_startup", api=settings.api_url, parallel=settings.parallel, health_port=port)
        over = Runner(settings, api=api, commands=commands, ending=ending, log=log).run()
    if over.code and not over.has_time:
        log.error("agent_denied", error=over.why)
    log.info("agent_ended", code=over.code)
    return over.code


def _health(settings: Settings, api: Api) -> AbstractContextManager[int | None]:
    if settings.health_port is None:
        return nullcontext()
    from scripts.agent.health import serving_health

    return serving_health(settings.health_port, api)


@contextmanager
def _ended_by_signals(ending: Ending, commands: Commands) -> Iterator[None]:
    """The first asks for an end, the second does not ask."""
    seen: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        if seen:
            commands.kill_all()
            os._exit(128 + number)
        seen.append(number)
        ending.want(Over(code=0, why=signal.Signals(number).name))

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
