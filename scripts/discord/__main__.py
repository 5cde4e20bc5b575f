"""`make discord`, at a terminal or with a file of lines as its input: `python -m scripts.discord < lines.txt`."""

import sys
from contextlib import suppress
from threading import Thread

from scripts import local_aws, progress, stack, stand_ins
from scripts.discord.line import HELP
from scripts.discord.terminal import Terminal
from scripts.progress import StepError
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.discord_api import advertised

_FILES = stack.FILE.with_name("discord")
_TRIES = 3  # the first calls start functions, which takes longer than Discord waits


def main() -> None:
    known = stack.read()
    if known is None or local_aws.running() is None or stand_ins.running() is None:
        raise StepError("the local AWS is not running; start it with `make up`")
    if not known.discord:
        raise StepError("this stack knows nothing of Discord; deploy it again with `make up`")
    is_person = sys.stdin.isatty()
    ask, say = (_asked, _say_above) if is_person else (_read, _say)
    services = StandIns(known.stand_ins)
    terminal = Terminal(services, _FILES, ask=ask, say=say)
    _begin(terminal)
    if is_person:
        services.set("discord", limits=advertised())  # until the stand-in is reset: as Discord does, and with its waits
        _say(HELP)
        _watch(terminal)
    _converse(terminal, is_person=is_person)
    if terminal.failures and not is_person:
        sys.exit(f"failed: {terminal.failures} of what was asked for")


def _begin(terminal: Terminal) -> None:
    """Have Discord try the address, as it does when somebody enters it in the portal, and learn the commands."""
    if not any(terminal.somebody.set_endpoint() for _ in range(_TRIES)):
        raise StepError("Discord would not take the address: it is to answer PING, and to refuse what is not signed")
    if not terminal.somebody.commands():
        terminal.register()


def _converse(terminal: Terminal, *, is_person: bool) -> None:
    with suppress(EOFError):
        while True:
            terminal.show_news()
            text = _asked(terminal.prompt) if is_person else _read("")
            if not is_person:
                _say(f"{terminal.prompt}{text}")
            if not terminal.do(text):
                return


def _watch(terminal: Terminal) -> None:
    """Show what others do while nothing is typed."""

    def watch() -> None:
        with suppress(StandInError):  # `make down` ends them
            while True:
                if terminal.show_news(30.0):
                    print(f"{terminal.prompt}{_typed()}", end="", flush=True)

    Thread(target=watch, daemon=True).start()


def _asked(prompt: str) -> str:
    with suppress(ImportError):
        import readline  # noqa: F401 - from now on lines can be edited and called back
    return input(prompt)


def _read(prompt: str) -> str:
    """The next line of a script. Raises EOFError."""
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    if prompt:
        _say(f"{prompt}{line.rstrip()}")
    return line.rstrip("\n")


def _typed() -> str:
    """What stands behind the prompt already."""
    with suppress(ImportError):
        import readline

        return readline.get_line_buffer()
    return ""


def _say_above(line: str) -> None:
    """In place of the prompt, where one is waiting."""
    print(f"\r\033[K{line}", flush=True)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    progress.main(main)
