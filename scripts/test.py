"""`make test`: every suite.

Those of the deployed template mostly wait: they run in two halves, each with a local AWS of its own. The others run
beside them, two at a time, and give way a little.
"""

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from scripts import progress
from scripts.local_aws import ROOT

# Each in a process of its own: the tests of units let nobody open a socket any more.
_APART: Final = ("tests/integration/functions", "tests/integration/scripts")
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    **{folder: (folder,) for folder in _APART},
    "tests/integration, the rest of it": ("tests/integration", *(f"--ignore={folder}" for folder in _APART)),
    "tests/contract, tests/unit": ("tests/contract", "tests/unit"),
}
DEPLOYED: Final = "tests/e2e"
# So that both take as long; what is not named here belongs to the first half.
SECOND_HALF: Final = tuple(
    f"{DEPLOYED}/test_{name}.py"
    for name in (
        "control",
        "discord",
        "five_hundred",
        "ingestion",
        "messages",
        "relay",
        "routing",
        "ship",
        "sinks",
        "traces",
        "two_hundred",
    )
)
AT_ONCE: Final = 2  # of what runs beside; with more, each stands still for seconds while the others have their turn
_PYTEST: Final = (sys.executable, "-m", "pytest")
_DEPLOYED: Final = (*_PYTEST, "--durations=25")


def main() -> None:
    first = (*_DEPLOYED, DEPLOYED, *(f"--ignore={file}" for file in SECOND_HALF))
    with ThreadPoolExecutor(1) as second_half, ThreadPoolExecutor(AT_ONCE) as lanes:
        beside = {f"{DEPLOYED}, the second half": second_half.submit(_heard, *_DEPLOYED, *SECOND_HALF)}
        for title, suites in BESIDE.items():
            beside[title] = lanes.submit(_heard, "nice", "-n", "5", *_PYTEST, *suites)
        print(DEPLOYED, flush=True)
        codes = [subprocess.run(first, cwd=ROOT, check=False).returncode]
        for title, run in beside.items():
            code, said = run.result()
            print(title, said, sep="\n", flush=True)
            codes.append(code)
    sys.exit(int(any(codes)))


def _heard(*command: str) -> tuple[int, str]:
    """Its exit code, and what it said.

    Nobody has to end it: who stops this program at the terminal stops them all, and each takes down what it started.
    """
    run = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.returncode, run.stdout


if __name__ == "__main__":
    progress.main(main)
