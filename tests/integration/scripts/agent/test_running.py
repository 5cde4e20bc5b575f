"""What can be seen of a running agent: its health, and how small it is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.support.agent import ROOT, agent
from tests.support.blackboard_api import BlackboardApi
from tests.support.ends import FOR_EVER
from tests.support.waiting import eventually

MOST_MEMORY = 50 * 1024  # KiB
MOST_WITH_WORK = 80 * 1024  # where that is of 2 MB: some copies of it
NOT_FOR_AGENTS = {"boto3", "botocore", "httpx", "pydantic", "redis", "yaml", "aws_lambda_powertools", "scripts.route"}
ANSWERS = """
import json, sys
size = len(json.load(sys.stdin)["target_artefact"]["payload"])
print(json.dumps({"artefact_type": "Draft", "artefact_payload": "x" * size}))
"""


def health(port: int) -> tuple[int, dict[str, Any]]:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=FOR_EVER) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_it_is_healthy_while_it_reaches_the_api(api: BlackboardApi, tmp_path: Path) -> None:
    with agent(api, tmp_path, "--command", "true", "--health-port", "0") as running:
        port = running.told("agent_startup")["health_port"]
        assert health(port) == (200, {"status": "healthy", "api": "connected"})
        api.is_well = False
        status, told = health(port)
        assert (status, told["status"], told["api"]) == (503, "unhealthy", "disconnected")
        assert told["error"] == "the API answers 503"


def test_nothing_is_loaded_but_the_standard_library() -> None:
    code = """
import sys
from scripts import cli
cli._parser(["agent", "run"])
import scripts.agent.start, scripts.agent.health, scripts.stack
others = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(*sorted(others | {name for name in sys.modules if name.startswith(("scripts.", "shared."))}))
"""
    # Without what an environment for development loads into every process.
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert not loaded & NOT_FOR_AGENTS
    ours = {name for name in loaded if name.startswith(("scripts", "shared"))}
    assert {name for name in loaded - ours if not name.startswith("__")} <= {"_distutils_hack"}


def test_it_stays_small_also_with_a_large_piece_of_work(api: BlackboardApi, tmp_path: Path) -> None:
    with agent(api, tmp_path, "--health-port", "0", code=ANSWERS) as running:
        port = running.told("agent_startup")["health_port"]
        assert health(port)[0] == 200
        idle = memory_of(running.process.pid)
        for size in (1_000, 2_000_000):
            api.grant(target_artefact={"id": "1", "payload": "y" * size})
        eventually(lambda: len(api.artefacts) == 2)
        most = memory_of(running.process.pid, "VmHWM")
    print(f"an agent takes {idle / 1024:.0f} MB, and {most / 1024:.0f} MB with 2 MB of work")
    assert idle < MOST_MEMORY
    assert most < MOST_WITH_WORK


def memory_of(pid: int, what: str = "VmRSS") -> int:
    """KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))
