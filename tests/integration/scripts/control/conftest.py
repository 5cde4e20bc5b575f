"""The API as it is told to answer, and the command against that, in this process."""

import io
import subprocess
from collections.abc import Callable, Iterator

import pytest

from scripts.cli import main
from tests.integration.scripts.control.api import KEY, Api, scripted_api
from tests.support.outside import forget_connections

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture(scope="module")
def server() -> Iterator[Api]:
    with scripted_api() as running:
        yield running
        forget_connections()


@pytest.fixture
def api(server: Api) -> Api:
    server.forget()
    return server


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits; for how long it would have been is remembered."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


@pytest.fixture
def run(api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`switchyard …`. What it is told of the environment goes before what is there."""

    def ran(*arguments: str, said: str = "", environment: dict[str, str] | None = None) -> Done:
        known = {"SWITCHYARD_API": api.url, "SWITCHYARD_KEY": KEY, **(environment or {})}
        for name, value in known.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed, code = capsys.readouterr(), ended.value.code
        assert "Traceback" not in printed.err
        assert KEY not in printed.out + printed.err
        if isinstance(code, str):  # what Python then does
            return Done(arguments, 1, printed.out, f"{printed.err}{code}\n")
        return Done(arguments, code or 0, printed.out, printed.err)

    return ran
