"""What an agent has to be told, from the command line and the environment. What is wrong is one line that names it."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any, Final
from urllib.parse import urlsplit

BIDS: Final = ("review", "claim", "exclusive", "ignore")
DEFAULT_TIMEOUT: Final = 300.0  # seconds
DEFAULT_OUTPUT: Final = 4 * 1024 * 1024  # bytes: what the API takes as a payload
MAX_OUTPUT: Final = 10 * 1024 * 1024
MAX_PARALLEL: Final = 32
_MAX_TIMEOUT: Final = 86_400
_INSTANCE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_KEY: Final = re.compile(r"swy_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class SetupError(Exception):
    """It cannot work like this; the message is one line that names what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    instance: str
    name: str
    api_url: str
    key: str = field(repr=False)
    command: tuple[str, ...]
    bid: str = "ignore"
    bid_command: tuple[str, ...] | None = None
    timeout: float = DEFAULT_TIMEOUT
    max_output: int = DEFAULT_OUTPUT
    workspace: Path = Path()
    once: bool = False
    parallel: int = 1
    health_port: int | None = None


def settings_of(options: Any, environment: Mapping[str, str]) -> Settings:
    """Raises SetupError."""
    folder, path = _folder(options.workspace), environment.get("PATH")
    command = _command(options.command, options.words)
    _check_startable(command, "--command", folder, path)
    bid_command = _words(options.bid_command, "--bid-command") if options.bid_command is not None else None
    if bid_command:
        _check_startable(bid_command, "--bid-command", folder, path)
    return Settings(
        instance=_named(options.instance or environment.get("SETT_INSTANCE_NAME")),
        name=_agent(options.name),
        api_url=_address(options.api or environment.get("SWITCHYARD_API") or _local()),
        key=_key(environment.get("SWITCHYARD_KEY", "")),
        command=command,
        bid=options.bid or "ignore",
        bid_command=bid_command,
        timeout=_number(options.timeout, "--timeout", DEFAULT_TIMEOUT, 1, _MAX_TIMEOUT),
        max_output=_number(options.max_output, "--max-output", DEFAULT_OUTPUT, 1, MAX_OUTPUT),
        workspace=folder,
        once=options.once,
        parallel=_number(options.parallel, "--parallel", 1, 1, MAX_PARALLEL),
        health_port=_number(options.health_port, "--health-port", 0, 0, 65_535) if options.health_port else None,
    )


def _named(instance: str | None) -> str:
    if not instance:
        raise SetupError("SETT_INSTANCE_NAME is not set; it names the instance whose blackboard this agent works on")
    if not _INSTANCE.fullmatch(instance):
        raise SetupError("SETT_INSTANCE_NAME has to be up to 32 of a-z, 0-9 and -, say `prod`")
    return instance


def _agent(name: str | None) -> str:
    if not name:
        raise SetupError("--name is missing; it says which agent this is")
    if not _NAME.fullmatch(name):
        raise SetupError("--name takes up to 64 letters, digits and -, say `Writer`")
    return name


def _local() -> str:
    from scripts import stack

    if (known := stack.read()) is None:
        raise SetupError("SWITCHYARD_API is not set, and there is no local stack; say where the API is, or `make up`")
    return known.api_url


def _address(url: str) -> str:
    """The key goes there with each call: over a network only where nobody reads along."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SetupError("SWITCHYARD_API is no address") from None
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.query or parts.fragment:
        raise SetupError("SWITCHYARD_API has to be an address like https://api.example.com/prod")
    if parts.scheme == "http" and host not in _THIS_MACHINE:
        raise SetupError("SWITCHYARD_API has to begin with https://, unless it is on this machine")
    return url.rstrip("/")


def _key(key: str) -> str:
    if not key:
        raise SetupError("SWITCHYARD_KEY is not set; make one with `switchyard keys create --role agent --agent …`")
    if not _KEY.fullmatch(key):
        raise SetupError("SWITCHYARD_KEY is no key of Switchyard's; it should look like swy_…_…")
    return key


def _command(text: str | None, words: list[str]) -> tuple[str, ...]:
    if words and text is not None:
        raise SetupError("--command goes without a command after --")
    if not words and text is None:
        raise SetupError("--command is missing; say it, or put the command after --")
    return tuple(words) if text is None else _words(text, "--command")


def _words(text: str, option: str) -> tuple[str, ...]:
    try:
        words = json.loads(text) if text.lstrip().startswith("[") else shlex.split(text)
    except ValueError as error:
        raise SetupError(f"{option} cannot be read: {error}") from None
    if not words or not all(isinstance(word, str) and "\0" not in word for word in words):
        raise SetupError(f"{option} takes words as in a shell, or a JSON list of strings")
    return tuple(words)


def _check_startable(words: tuple[str, ...], option: str, folder: Path, path: str | None) -> None:
    """Looked for as when it is started: a name on the PATH, a place from the workspace."""
    program = words[0]
    if which(str(folder / program) if "/" in program else program, path=path) is None:
        raise SetupError(f"{option}: there is no program {program[:200]}")


def _folder(path: str) -> Path:
    if not (folder := Path(path)).is_dir():
        raise SetupError(f"--workspace: there is no folder {path}")
    return folder


def _number(text: str | None, option: str, default: Any, least: int, most: int) -> Any:
    """Of the kind that the default is."""
    try:
        number = default if text is None else type(default)(text)
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise SetupError(f"{option} takes a number from {least:,} to {most:,}")
    return number
