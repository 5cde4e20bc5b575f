"""How an agent ends: when it is told to, when its key opens nothing, and when it was called wrongly."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.scripts.agent.test_work import DRAFT, is_there, read
from tests.support.agent import ROOT, Agent, agent, environment
from tests.support.blackboard_api import KEY, BlackboardApi, Fault
from tests.support.ends import FOR_EVER
from tests.support.waiting import eventually


def stopped(running: Agent, number: int = signal.SIGTERM) -> float:
    """Seconds until its end, with exit code 0."""
    began = time.monotonic()
    running.signal(number)
    assert running.waits() == 0
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_waits_for_work_ends_at_once(api: BlackboardApi, tmp_path: Path, number: int) -> None:
    with agent(api, tmp_path, "--command", "true") as running:
        eventually(lambda: ("GET", "/blackboard/work") in api.calls)
        stopped(running, number)
        assert running.lines("agent_ended")[0]["code"] == 0


def test_a_command_that_does_not_end_is_killed_after_a_while_and_its_work_given_back(
    api: BlackboardApi, tmp_path: Path
) -> None:
    """It does not want to end, and neither does its child."""
    claim_id = api.grant()
    code = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
stubborn = "import signal as s, time; s.signal(15, s.SIG_IGN); time.sleep({FOR_EVER})"
child = subprocess.Popen([sys.executable, "-c", stubborn])
open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child.pid}}\\n")
time.sleep({FOR_EVER})
"""
    with agent(api, tmp_path, code=code) as running:
        pids = eventually(lambda: read(tmp_path / "pids")).split()
        assert stopped(running) > 4, "it is given a while to end by itself"
        assert api.releases == {claim_id: "the agent ends"}
        assert not api.posts
        assert not any(is_there(int(pid)) for pid in pids)


def test_a_command_that_is_nearly_done_is_waited_for(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    code = f"import time; open({str(tmp_path / 'began')!r}, 'w'); time.sleep(1)\n{DRAFT}"
    with agent(api, tmp_path, code=code) as running:
        eventually((tmp_path / "began").exists)
        stopped(running)
    assert [one["type"] for one in api.artefacts.values()] == ["Draft"]
    assert not api.releases


def test_an_api_that_does_not_answer_holds_up_no_end(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    api.faults.append(Fault("/artefacts", 503, times=99))
    with agent(api, tmp_path, code=DRAFT) as running:
        running.told("post_failed")
        stopped(running)


def test_at_the_second_signal_it_ends_at_once(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep({FOR_EVER})"
    with agent(api, tmp_path, code=code) as running:
        pid = int(eventually(lambda: read(tmp_path / "pid")))
        running.signal()
        running.told("agent_ends")
        running.signal()
        assert running.waits() == 128 + signal.SIGTERM
        eventually(lambda: not is_there(pid))


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_opens_nothing_ends_it_with_a_line(api: BlackboardApi, tmp_path: Path, status: int) -> None:
    api.faults.append(Fault("/work", status, times=99))
    with agent(api, tmp_path, "--command", "true") as running:
        assert running.waits() == 1
        error = running.lines("agent_denied")[0]["error"]
    assert error == f"SWITCHYARD_KEY does not open this: {status} as the test wants it"
    assert KEY not in running.said


def test_a_key_that_is_taken_back_ends_the_command_too(api: BlackboardApi, tmp_path: Path) -> None:
    api.lease = 2.0
    api.grant()
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep({FOR_EVER})"
    with agent(api, tmp_path, code=code) as running:
        pid = int(eventually(lambda: read(tmp_path / "pid")))
        api.faults.append(Fault("/", 401, times=99))
        assert running.waits() == 1
        eventually(lambda: not is_there(pid))


@pytest.mark.parametrize("what", ["claim_type", "target_artefact"])
def test_answers_that_make_no_sense_are_no_reason_to_hang(api: BlackboardApi, tmp_path: Path, what: str) -> None:
    del api.work[api.grant()][what]
    with agent(api, tmp_path, "--command", "true") as running:
        assert running.waits() == 1


@pytest.mark.parametrize(
    ("options", "known", "line"),
    [
        ((), {"SETT_INSTANCE_NAME": ""}, "SETT_INSTANCE_NAME is not set"),
        ((), {"SETT_INSTANCE_NAME": "No Good"}, "SETT_INSTANCE_NAME has to be"),
        ((), {"SWITCHYARD_KEY": ""}, "SWITCHYARD_KEY is not set"),
        ((), {"SWITCHYARD_KEY": "hunter2"}, "SWITCHYARD_KEY is no key"),
        ((), {"SWITCHYARD_API": "nowhere"}, "SWITCHYARD_API has to be an address"),
        ((), {"SWITCHYARD_API": "http://api.example.com"}, "SWITCHYARD_API has to begin with https://"),
        (("--timeout", "never"), {}, "--timeout takes a number"),
        (("--max-output", "99999999"), {}, "--max-output takes a number from 1 to 10,485,760"),
        (("--parallel", "0"), {}, "--parallel takes a number"),
        (("--workspace", "/no/such"), {}, "--workspace: there is no folder /no/such"),
        (("--bid-command", "'open"), {}, "--bid-command cannot be read"),
        (("--bid-command", "no-such-program -x"), {}, "--bid-command: there is no program no-such-program"),
    ],
)
def test_what_is_missing_or_wrong_ends_it_at_once_with_one_line(
    options: tuple[str, ...], known: dict[str, str], line: str
) -> None:
    env = environment(None, SWITCHYARD_API="http://127.0.0.1:9") | known
    words = ["agent", "run", "--name", "Writer", "--command", "true", *options]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", *words], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"switchyard: {line}")
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr


def test_a_health_port_that_is_taken_is_said(api: BlackboardApi, tmp_path: Path) -> None:
    port = api.url.rpartition(":")[2]
    with agent(api, tmp_path, "--command", "true", "--health-port", port) as running:
        assert running.waits() == 2
    assert running.said.startswith(f"switchyard: --health-port {port}: ")
