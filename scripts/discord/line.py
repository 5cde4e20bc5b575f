"""What somebody types at the Discord terminal, read: `/listing show listing:3668`, `press 2 on 4`, `as viewer`."""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# A colon of an address begins no value.
_OPTION: Final = re.compile(r"([a-z][a-z0-9_-]{0,31}):(?!//)(.*)", re.DOTALL)

HELP: Final = """\
/listing show listing:3668…        use a command; a value goes on until the next option
complete /listing show listing:lei what is offered while the last option is typed
press 2  ·  press 2 on 4           press a button of the last message, or of message 4
choose 1 3  ·  choose 1 on 4       choose from its menu
menu "Send to sinks" on 4          choose from the menu of a message
as viewer|operator|admin|nobody    be somebody else
in #cards                          go to another channel
say Kickoff at ten                 write a message as whoever you are
messages                           all messages you see here
wait 10                            watch until nothing is new for so many seconds
register                           tell Discord again which commands there are
help  ·  help listing              this list and all commands; or one command
quit"""


class LineError(ValueError):
    """It cannot be read; the message says what would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`what` is done; the rest is as that needs it. `on`: the number of a message, None for the last that fits."""

    what: str
    words: Sequence[str] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    on: int | None = None

    @property
    def command(self) -> str:
        return " ".join(self.words)


def read_line(text: str) -> Line:
    """Raises LineError."""
    text = text.strip()
    if text.startswith("/"):
        return _use("use", text)
    name, _, rest = text.partition(" ")
    reader = _READERS.get(name.lower())
    if reader is None:
        raise LineError(f"{name} is nothing to do here; `help` lists what is")
    return reader(name.lower(), rest.strip())


def _use(what: str, text: str) -> Line:
    words, options = _words_and_options(_split(text.removeprefix("/")))
    if not words:
        raise LineError("name a command, as in /listing show listing:3668")
    return Line(what=what, words=words, options=options)


def _words_and_options(parts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    words: list[str] = []
    options: dict[str, str] = {}
    last = ""
    for part in parts:
        found = _OPTION.fullmatch(part)
        if found:
            last = found[1]
            options[last] = found[2]
        elif last:
            options[last] = f"{options[last]} {part}".strip()
        else:
            words.append(part)
    return words, options


def _complete(what: str, rest: str) -> Line:
    line = _use(what, rest)
    if not line.options:
        raise LineError("say what is typed, as in complete /listing show listing:lei")
    return line


def _press(what: str, rest: str) -> Line:
    words, on = _with_message(_split(rest))
    if len(words) != 1:
        raise LineError("press a number or a label, as in press 2, or press 2 on 4")
    return Line(what=what, words=words, on=on)


def _choose(what: str, rest: str) -> Line:
    words, on = _with_message(_split(rest))
    if not words or not all(map(_is_number, words)):
        raise LineError("choose numbers, as in choose 1 3, or choose 1 on 4")
    return Line(what=what, words=words, on=on)


def _menu(what: str, rest: str) -> Line:
    words, on = _with_message(_split(rest))
    if not words or on is None:
        raise LineError('say what and on which message, as in menu "Send to sinks" on 4')
    return Line(what=what, words=[" ".join(words)], on=on)


def _one_word(what: str, rest: str) -> Line:
    if not rest or " " in rest:
        raise LineError(f"{what} takes one word; `help` shows which")
    return Line(what=what, words=[rest])


def _text(what: str, rest: str) -> Line:
    if not rest:
        raise LineError("say something")
    return Line(what=what, words=[rest])


def _seconds(what: str, rest: str) -> Line:
    if rest and not _is_number(rest):
        raise LineError("wait takes seconds, as in wait 10")
    return Line(what=what, words=[rest or "5"])


def _alone(what: str, rest: str) -> Line:
    if rest:
        raise LineError(f"{what} stands alone")
    return Line(what=what)


def _help(what: str, rest: str) -> Line:
    return Line(what=what, words=rest.removeprefix("/").split())


_READERS: Final[Mapping[str, Callable[[str, str], Line]]] = {
    "complete": _complete,
    "press": _press,
    "choose": _choose,
    "menu": _menu,
    "as": _one_word,
    "in": _one_word,
    "say": _text,
    "wait": _seconds,
    "messages": _alone,
    "register": _alone,
    "help": _help,
    "quit": _alone,
}


def _with_message(parts: list[str]) -> tuple[list[str], int | None]:
    if len(parts) >= 2 and parts[-2] == "on" and _is_number(parts[-1]):
        return parts[:-2], int(parts[-1])
    return parts, None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _split(text: str) -> list[str]:
    """Words; what is in quotes is one. An apostrophe is a letter."""
    words: Any = shlex.shlex(text, posix=True, punctuation_chars=False)
    words.quotes, words.escape, words.commenters, words.whitespace_split = '"', "", "", True
    try:
        return list(words)
    except ValueError:
        raise LineError('a quote " is open') from None
