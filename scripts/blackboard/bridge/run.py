"""`switchyard blackboard bridge`: from its first line to its last."""

import argparse
import os
import signal
from threading import Event, Thread
from typing import Final

from scripts.api.place import CalledWronglyError
from scripts.api.shown import note
from scripts.blackboard.board import Board, status_of
from scripts.blackboard.bridge.backlog import Backlog
from scripts.blackboard.bridge.channel import Channel, RedisLostError
from scripts.blackboard.bridge.health import serving
from scripts.blackboard.bridge.listening import Listening
from scripts.blackboard.bridge.log import log_to
from scripts.blackboard.bridge.posting import Known, Posting
from scripts.blackboard.place import Place, instance_of, place_of
from shared.runtime.http import ServiceError

PATIENCE: Final = 5.0  # seconds in which what is being posted may end
_NOT_LET_IN: Final = (401, 403)


def bridge(options: argparse.Namespace) -> int:
    """Until it is told to stop. Raises CalledWronglyError."""
    instance_of(options)
    channel = _channel(options)
    place = place_of(options, with_role="none: a service has to speak for it")
    try:
        return _checked(place, channel, options)
    finally:
        channel.end()


def _checked(place: Place, channel: Channel, options: argparse.Namespace) -> int:
    try:
        channel.check()
    except RedisLostError as error:
        note(f"switchyard: Redis at REDIS_URL cannot be reached: {error}")
        return 1
    try:
        with serving(options.health_host, options.health_port, channel.check) as port:
            return _bridged(place, channel, port)
    except OSError as error:
        note(f"switchyard: port {options.health_port} of {options.health_host} cannot be had: {error.strerror}")
        return 1


def _channel(options: argparse.Namespace) -> Channel:
    url = os.environ.get("REDIS_URL", "")
    if not url:
        raise CalledWronglyError("which Redis? Set REDIS_URL, say redis://localhost:6379")
    try:
        return Channel(url, instance_of(options))
    except ValueError as error:
        raise CalledWronglyError(str(error)) from None


def _bridged(place: Place, channel: Channel, port: int) -> int:
    board, log, stopped = Board(place), log_to(), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    if not _is_let_in(board):
        return 1
    log("info", "orchestrator_startup", instance=place.instance)
    log("info", "health_listening", port=port)
    backlog, known = Backlog(), Known()
    posting = _Poster(Posting(board, channel, backlog, known, log=log, stopped=stopped), stopped)
    posting.start()
    Listening(channel, backlog, known, log=log, stopped=stopped).run()
    posting.join(PATIENCE)
    log("info", "orchestrator_shutdown", instance=place.instance, waiting=len(backlog))
    return 1 if posting.is_broken else 0


class _Poster(Thread):
    """Where it breaks, the bridge is to end, and to be started anew by who runs it."""

    def __init__(self, posting: Posting, stopped: Event) -> None:
        super().__init__(name="posting", daemon=True)
        self.is_broken = False
        self._posting = posting
        self._stopped = stopped

    def run(self) -> None:
        try:
            self._posting.run()
        except BaseException:
            self.is_broken = True
            raise
        finally:
            self._stopped.set()


def _is_let_in(board: Board) -> bool:
    """A blackboard that is away may come; a key that is refused will not be good."""
    try:
        board.get("artefacts", limit=1)
    except ServiceError as error:
        if status_of(error) in _NOT_LET_IN:
            note(f"switchyard: SWITCHYARD_KEY does not open the blackboard: {error.said}")
            return False
    return True
