"""The API as it answers, and the command against that: in this process, as it is the command that is tested."""

import io
import subprocess
from collections.abc import Callable, Iterator

import pytest

from scripts.cli import main
from tests.integration.scripts.blackboard.api import KEY, Api, blackboard_api
from tests.support.outside import forget_connections

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def api() -> Iterator[Api]:
    with blackboard_api() as running:
        yield running
        forget_connections()


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`switchyard blackboard …`. What it is told of the environment goes before what is there."""

    def ran(*arguments: str, said: str = "", environment: dict[str, str] | None = None) -> Done:
        known = {"SETT_INSTANCE_NAME": "demo", "SWITCHYARD_API": api.url, "SWITCHYARD_KEY": KEY}
        for name, value in (known | (environment or {})).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        with pytest.raises(SystemExit) as ended:
            main(["blackboard", *arguments])
        printed, code = capsys.readouterr(), ended.value.code
        if isinstance(code, str):  # what Python then does
            return Done(arguments, 1, printed.out, f"{printed.err}{code}\n")
        return Done(arguments, code or 0, printed.out, printed.err)

    return ran
