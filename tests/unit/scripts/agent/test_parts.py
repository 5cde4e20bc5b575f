"""The small parts of an agent: patience, logs, bids, leases, settings."""

import argparse
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.agent.api import RefusedError, UnreachableError, _seconds
from scripts.agent.bidding import read_bid
from scripts.agent.command import Ended, Why
from scripts.agent.heartbeat import seconds_left
from scripts.agent.log import Log
from scripts.agent.patience import Patience
from scripts.agent.reading import whole
from scripts.agent.remembered import Remembered
from scripts.agent.settings import Settings, SetupError, settings_of
from scripts.cli import _parser

KEY = "swy_0123456789abcdef_" + "k" * 43
ENVIRONMENT = {"SETT_INSTANCE_NAME": "prod", "SWITCHYARD_API": "https://api.example.com/prod/", "SWITCHYARD_KEY": KEY}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(*words: str, **environment: str) -> Settings:
    arguments = ["agent", "run", "--name", "Writer", *words]
    options: argparse.Namespace = _parser(arguments).parse_args(arguments)
    return settings_of(options, ENVIRONMENT | environment)


def test_it_waits_twice_as_long_each_time_up_to_a_limit() -> None:
    patience = Patience(8.0, chance=lambda: 1.0)
    assert [patience.after() for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    patience.reset()
    assert patience.after() == 0.5


def test_it_waits_as_long_as_it_is_asked_to_but_not_for_ever() -> None:
    assert Patience(chance=lambda: 0.0).after(7.0) == 7.0
    assert Patience(chance=lambda: 0.0).after(1e9) == 300.0
    assert 0 < Patience(chance=lambda: 0.0).after() < 0.5


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(None, None), ("7", 7.0), ("soon", None), ("-1", None), ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0)],
)
def test_when_to_come_again_is_a_number_or_a_date(text: str | None, seconds: float | None) -> None:
    assert _seconds(text, NOW) == seconds


def test_a_log_never_says_the_key() -> None:
    out = io.StringIO()
    log = Log(out, secret=KEY, agent="Writer")
    log.warn("odd", error=f"what {KEY} is", number=1, text="x" * 9_000)
    line = json.loads(out.getvalue())
    assert line == {
        "level": "warn",
        "event": "odd",
        "agent": "Writer",
        "error": "what [key] is",
        "number": 1,
        "text": "x" * 500,
    }


@pytest.mark.parametrize("trouble", [BrokenPipeError(), OSError(28, "No space left on device")])
def test_a_log_that_cannot_be_written_ends_no_work(trouble: OSError) -> None:
    """What it was to say as it ended would else leave its commands behind, and their work with nobody."""

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise trouble

    Log(Full(), secret=KEY).error("agent_ends")


@pytest.mark.parametrize("word", ["review", "claim", "exclusive", "ignore"])
def test_a_bid_is_one_of_four_words(word: str) -> None:
    assert read_bid(Ended(exit_code=0, stdout=f" {word}\n".encode())) == word


@pytest.mark.parametrize(
    "ended",
    [
        Ended(exit_code=0, stdout=b"Review"),
        Ended(exit_code=0, stdout=b"review claim"),
        Ended(exit_code=0, stdout=b"\xff"),
        Ended(exit_code=1, stdout=b"review"),
        Ended(exit_code=-9, stdout=b"review", why=Why.TIMEOUT),
    ],
)
def test_anything_else_is_none(ended: Ended) -> None:
    assert read_bid(ended) is None


def test_a_lease_without_a_readable_end_is_taken_for_a_short_one() -> None:
    assert seconds_left((NOW + timedelta(minutes=10)).isoformat(), NOW) == 600
    assert seconds_left("2026-01-01T00:10:00Z", NOW) == 600
    assert seconds_left("2026-01-01T00:10:00", NOW) == seconds_left("soon", NOW) == 30


def test_the_oldest_is_forgotten_first() -> None:
    remembered = Remembered(2)
    for name in ("a", "b", "a", "c"):
        remembered.put(name, True)
    assert [bool(remembered.get(name)) for name in ("a", "b", "c")] == [True, False, True]


def test_only_what_is_missing_is_read() -> None:
    class Api:
        asked: list[str] = []  # noqa: RUF012
        faults = 1

        def artefact(self, artefact_id: str) -> dict[str, Any]:
            self.asked.append(artefact_id)
            if self.faults:
                self.faults -= 1
                raise UnreachableError("it is unwell")
            return {"id": artefact_id, "payload": "large"}

    item = {"target_artefact": {"id": "1", "payload": ""}, "context_chain": [{"id": "2", "payload": None}]}
    api: Any = Api()
    assert whole(item, api, lambda _: False)["context_chain"] == [{"id": "2", "payload": "large"}]
    assert api.asked == ["2", "2"]
    api.faults = 1
    with pytest.raises(UnreachableError):
        whole(item, api, lambda _: True)


def test_what_can_never_be_read_is_left_after_a_while() -> None:
    """Else its lease would be held for ever by who cannot begin."""

    class Api:
        asked = 0

        def artefact(self, artefact_id: str) -> dict[str, Any]:
            self.asked += 1
            raise UnreachableError("500", status=None if self.asked <= 20 else 500)

    api: Any = Api()
    with pytest.raises(UnreachableError):
        whole({"target_artefact": {"id": "1", "payload": None}}, api, lambda _: False)
    assert api.asked == 20 + 12  # while there is no network it waits for that


def test_what_is_refused_is_denied_or_gone_or_wrong() -> None:
    assert [RefusedError(status, "").is_denied for status in (401, 403, 404, 422)] == [True, True, False, False]
    assert [RefusedError(status, "").is_gone for status in (404, 409, 422)] == [True, True, False]


def test_the_command_is_what_stands_behind_the_dashes_with_all_its_options() -> None:
    assert read("--", "python", "x.py", "--name", "--", "-v").command == ("python", "x.py", "--name", "--", "-v")


@pytest.mark.parametrize("text", ["python 'my file.py' -v", '["python", "my file.py", "-v"]'])
def test_or_words_as_in_a_shell_or_a_list(text: str) -> None:
    assert read("--command", text).command == ("python", "my file.py", "-v")


def test_what_is_not_said_is_at_its_default() -> None:
    settings = read("--command", "true")
    assert (settings.instance, settings.name, settings.api_url) == ("prod", "Writer", "https://api.example.com/prod")
    assert (settings.timeout, settings.max_output, settings.parallel) == (300, 4_194_304, 1)
    assert (settings.bid, settings.bid_command, settings.health_port, settings.workspace) == (
        "ignore",
        None,
        None,
        Path(),
    )
    assert KEY not in repr(settings)


def test_the_command_line_goes_before_the_environment() -> None:
    settings = read("--instance", "dev", "--api", "http://127.0.0.1:4566/x", "--health-port", "0", "--command", "true")
    assert (settings.instance, settings.api_url, settings.health_port) == ("dev", "http://127.0.0.1:4566/x", 0)


@pytest.mark.parametrize(
    ("words", "environment", "named"),
    [
        (("--command", "true"), {"SETT_INSTANCE_NAME": ""}, "SETT_INSTANCE_NAME"),
        (("--command", "true"), {"SETT_INSTANCE_NAME": "Prod"}, "SETT_INSTANCE_NAME"),
        (("--command", "true"), {"SWITCHYARD_KEY": ""}, "SWITCHYARD_KEY"),
        (("--command", "true"), {"SWITCHYARD_KEY": f"{KEY}\n"}, "SWITCHYARD_KEY"),
        (("--command", "true"), {"SWITCHYARD_API": "ftp://api.example.com"}, "SWITCHYARD_API"),
        (("--command", "true"), {"SWITCHYARD_API": "https://key@api.example.com"}, "SWITCHYARD_API"),
        (("--command", "true"), {"SWITCHYARD_API": "https://[api"}, "SWITCHYARD_API"),
        (("--command", "true"), {"SWITCHYARD_API": "http://api.example.com"}, "SWITCHYARD_API"),
        ((), {}, "--command"),
        (("--command", "true", "--", "true"), {}, "--command"),
        (("--command", ""), {}, "--command"),
        (("--command", "[1]"), {}, "--command"),
        (("--command", '["true"'), {}, "--command"),
        (("--command", "true", "--bid-command", "'"), {}, "--bid-command"),
        (("--command", "true", "--timeout", "nan"), {}, "--timeout"),
        (("--command", "true", "--parallel", "33"), {}, "--parallel"),
        (("--command", "true", "--health-port", "65536"), {}, "--health-port"),
        (("--command", "true", "--workspace", "/no/such/folder"), {}, "--workspace"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(words: tuple[str, ...], environment: dict[str, str], named: str) -> None:
    with pytest.raises(SetupError) as refused:
        read(*words, **environment)
    assert str(refused.value).startswith(named)
    assert "\n" not in str(refused.value)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    "words", [("--command", "no-such-program -x"), ("--command", "./here-not"), ("--", "./a-file")]
)
def test_a_program_that_is_not_there_or_cannot_be_started_is_said_at_once(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "a-file").touch()
    with pytest.raises(SetupError, match="--command: there is no program"):
        read("--workspace", str(tmp_path), *words, PATH="/usr/bin:/bin")


def test_a_program_is_looked_for_where_it_will_be(tmp_path: Path) -> None:
    (tmp_path / "mine").touch(mode=0o755)
    assert read("--workspace", str(tmp_path), "--command", "./mine -x", PATH="/bin").command == ("./mine", "-x")
    assert read("--command", "mine", PATH=str(tmp_path)).command == ("mine",)
