"""`make discord`: be somebody on the Discord of the local stack, and see what Switchyard says there."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

from scripts.discord import screen
from scripts.discord.line import HELP, Line, LineError, read_line
from scripts.discord.places import CHANNELS, GUILD, ROLES
from tests.stand_ins.client import StandInError, StandIns
from tests.stand_ins.discord_client import Somebody, UnansweredError, Used

_LIMIT: Final = 30.0  # seconds until something is to be seen of what was asked for
_QUIET: Final = 0.4  # seconds without news, after which nothing more is waited for

Ask = Callable[[str], str]  # raises EOFError
Say = Callable[[str], None]


class Terminal:
    """`files`: where images are put. `failures` counts what went wrong. `quiet`: see _QUIET."""

    def __init__(self, stand_ins: StandIns, files: Path, *, ask: Ask, say: Say, quiet: float = _QUIET) -> None:
        self.somebody = Somebody(stand_ins)
        self.failures = 0
        self._files = files
        self._ask = ask
        self._say = say
        self._quiet = quiet
        self._seen: list[str] = []  # ids of messages; the first is number 1
        self._lock = Lock()
        self._after = self.somebody.news()[1]

    @property
    def prompt(self) -> str:
        return f"{self.somebody.who} #{self.somebody.channel}> "

    def do(self, text: str) -> bool:
        """Whether to go on."""
        if not text.strip() or text.lstrip().startswith("#"):
            return True
        try:
            line = read_line(text)
            if line.what == "quit":
                return False
            _DEEDS[line.what](self, line)
        except LineError as error:
            self._fail(str(error))
        except StandInError as error:
            self._fail(_plain(error))
        except UnansweredError:
            self._fail(f"nothing is to be seen of it after {_LIMIT:g} seconds")
        return True

    def show_news(self, seconds: float = 0.0) -> bool:
        """Whether there were any."""
        news, after = self.somebody.news(self._after, seconds)
        with self._lock:
            fresh = [one for one in news if one["number"] > self._after]
            self._after = max(self._after, after)
            latest = {one["message_id"]: one for one in fresh if one["channel_id"] == self._channel_id}
            for one in latest.values():
                self._show(one)
        return bool(fresh)

    @property
    def _channel_id(self) -> str:
        return CHANNELS.get(self.somebody.channel, self.somebody.channel)

    def _use(self, line: Line) -> None:
        self._follow(self.somebody.use(line.command, wait=False, **line.options))

    def _complete(self, line: Line) -> None:
        focused = list(line.options)[-1]
        others = {name: value for name, value in line.options.items() if name != focused}
        offered = self.somebody.complete(line.command, focused, line.options[focused], **others)
        for number, value in enumerate(offered, 1):
            self._say(f"    {number} {value}")
        if not offered:
            self._say("    nothing is offered")

    def _press(self, line: Line) -> None:
        word = line.words[0]
        message = self._message(line.on, lambda one: _kinds(one) & {2})
        self._follow(self.somebody.press(message, int(word) if word.isdigit() else word, wait=False))

    def _choose(self, line: Line) -> None:
        message = self._message(line.on, lambda one: _kinds(one) - {2})
        self._follow(self.somebody.choose(message, *map(int, line.words), wait=False))

    def _menu(self, line: Line) -> None:
        self._follow(self.somebody.menu(line.words[0], self._message(line.on, bool), wait=False))

    def _as(self, line: Line) -> None:
        if line.words[0] not in (*ROLES, "nobody"):
            raise LineError(f"there is no {line.words[0]}; there are {', '.join(ROLES)} and nobody")
        self.somebody = replace(self.somebody, who=line.words[0])

    def _in(self, line: Line) -> None:
        name = line.words[0].removeprefix("#")
        if name not in CHANNELS and not name.isdigit():
            raise LineError(f"there is no #{name}; there are {', '.join(f'#{one}' for one in CHANNELS)}")
        self.somebody = replace(self.somebody, channel=name)

    def _write(self, line: Line) -> None:
        self.somebody.write(line.words[0])
        self.show_news()

    def _messages(self, _: Line) -> None:
        self.show_news()
        there = self.somebody.sees()
        for message in there:
            self._show({"message_id": message["id"], "what": "new", "message": message, "user_id": None})
        if not there:
            self._say("    nothing was said here")

    def _wait(self, line: Line) -> None:
        while self.show_news(float(line.words[0])):
            pass

    def _help(self, line: Line) -> None:
        known = self.somebody.commands()
        wanted = [one for one in known if not line.words or one["name"] == line.words[0]]
        self._say(HELP if not line.words else "")
        for command in wanted:
            for usage in screen.usage(command):
                self._say(f"  {usage}")
            for option in screen.options(command, line.words[1:]) if line.words else ():
                self._say(f"  {option}")
        if not wanted:
            self._say("  no such command is registered")

    def register(self, _: Line | None = None) -> None:
        """As a person would do it who has the `switchyard` command."""
        command = [sys.executable, "-m", "scripts.cli", "discord", "register", "--guild", GUILD, "--yes"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for one in (done.stdout + done.stderr).splitlines():
            self._say(f"    {one}")
        self.failures += done.returncode != 0

    def _follow(self, used: Used) -> None:
        """Show what comes of it: forms are filled in, messages shown as they change until nothing more does."""
        if not used.responded:
            self._fail(f"the application did not respond: {used.why}")
            return
        if used.form is not None:
            self._follow(self.somebody.submit(used, wait=False, **self._filled(used.form)))
            return
        self.show_news()
        self.somebody.until(used, lambda one: one.is_settled, _LIMIT)
        while self.show_news(self._quiet):
            pass

    def _filled(self, form: Mapping[str, Any]) -> dict[str, str]:
        """What somebody writes into each input; what is left empty stays as it was."""
        for line in screen.form_lines(form):
            self._say(line)
        try:
            asked = {label["component"]["custom_id"]: self._ask(screen.question(label)) for label in form["components"]}
        except EOFError:
            raise LineError("the form was closed: there is nothing more to fill in") from None
        return {name: text for name, text in asked.items() if text}

    def _show(self, news: Mapping[str, Any]) -> None:
        message = news["message"]
        if message["id"] not in self._seen:
            self._seen.append(message["id"])
        number = self._seen.index(message["id"]) + 1
        if news["what"] == "delete":
            self._say(f"[{number}] is gone")
            return
        is_private = news["user_id"] is not None or bool(message["flags"] & 64)
        for line in screen.lines(message, number, is_private=is_private, fetch=self._fetch):
            self._say(line)

    def _fetch(self, url: str, name: str) -> str:
        """Put a file of a message where it can be looked at."""
        number = url.split("/")[-2]
        file = self._files / f"{number}-{Path(name).name}"
        if not file.exists():
            self._files.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.somebody.fetch(url))
        return str(file)

    def _message(self, number: int | None, fits: Callable[[Mapping[str, Any]], Any]) -> str:
        """The id of a message by its number, or of the last that fits. Raises LineError."""
        if number is not None and not 0 < number <= len(self._seen):
            raise LineError(f"there is no message {number}; `messages` shows which there are")
        if number is not None:
            return self._seen[number - 1]
        there = {message["id"]: message for message in self.somebody.sees()}
        found = [one for one in self._seen if one in there and fits(there[one])]
        if not found:
            raise LineError("there is nothing like that on any message here")
        return found[-1]

    def _fail(self, why: str) -> None:
        self.failures += 1
        self._say(f"  ! {why}")


_DEEDS: Final[Mapping[str, Callable[[Terminal, Line], None]]] = {
    "use": Terminal._use,
    "complete": Terminal._complete,
    "press": Terminal._press,
    "choose": Terminal._choose,
    "menu": Terminal._menu,
    "as": Terminal._as,
    "in": Terminal._in,
    "say": Terminal._write,
    "messages": Terminal._messages,
    "wait": Terminal._wait,
    "register": Terminal.register,
    "help": Terminal._help,
}


def _kinds(message: Mapping[str, Any]) -> set[int]:
    return {one["type"] for row in message["components"] for one in row["components"]}


def _plain(error: StandInError) -> str:
    """What the stand-in says, without the JSON around it."""
    text = str(error)
    return text.partition('"error": "')[2].removesuffix('"}').replace('\\"', '"') or text
