"""`make test`: every suite. Those of the deployed template mostly wait: the others run beside them, and give way."""

import subprocess
import sys
import tempfile
from typing import Final

from scripts import progress
from scripts.local_aws import ROOT

# In this order: the tests of units let nobody open a socket any more.
BESIDE: Final = ("tests/integration", "tests/contract", "tests/unit")
_PYTEST: Final = (sys.executable, "-m", "pytest")


def main() -> None:
    with tempfile.TemporaryFile("w+") as told:
        others = subprocess.Popen(("nice", *_PYTEST, *BESIDE), cwd=ROOT, stdout=told, stderr=subprocess.STDOUT)
        try:
            print("tests/e2e", flush=True)
            codes = [
                subprocess.run((*_PYTEST, "--durations=25", "tests/e2e"), cwd=ROOT, check=False).returncode,
                others.wait(),
            ]
        finally:
            others.terminate()
            others.wait()
        told.seek(0)
        print(", ".join(BESIDE), told.read(), sep="\n", flush=True)
    sys.exit(max(codes))


if __name__ == "__main__":
    progress.main(main)
