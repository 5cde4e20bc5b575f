"""`make build`: functions and layers as they are deployed, bytecode included."""

import argparse
import os
import platform
import subprocess
import sys

from scripts import progress, sam
from scripts.local_aws import ROOT
from scripts.progress import StepError, say

_ARM = {"arm64", "aarch64"}


def build(target: str) -> None:
    """Build the template of `target`, a section of samconfig.toml, into `.aws-sam/<target>/build`."""
    say(f"building ({target})")
    sam.run(
        target,
        "build",
        *("--template-file", str(ROOT / "template.yaml")),
        *("--build-dir", "build", "--cache-dir", "cache", "--cached", "--parallel"),
        *("--parameter-overrides", parameters(target)),
    )
    _compile(target)


def parameters(target: str) -> str:
    """Template parameters as SAM takes them: those of samconfig.toml and those of this machine."""
    arm = target == "prod" or platform.machine().lower() in _ARM
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    architecture = "arm64" if arm else "x86_64"
    machine = f"PythonRuntime={runtime} Architecture={architecture}"
    return f"{sam.setting(target, 'parameter_overrides')} {machine}"


def _compile(target: str) -> None:
    """Write bytecode. SAM leaves it out, and Lambda's folders are read-only: each cold start would compile anew.

    Unchecked, because the file times in SAM's archives are all 1980. In the build folder, not in SAM's caches: it
    takes a second and gives the same bytes each time, so what has not changed is not deployed again.
    """
    command = [
        sys.executable,
        "-m",
        "compileall",
        "-q",
        "-j",
        "0",
        "--invalidation-mode",
        "unchecked-hash",
        ".",
    ]
    done = subprocess.run(
        command, cwd=sam.folder(target) / "build", env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StepError(f"compiling bytecode: {(done.stdout + done.stderr).strip().splitlines()[-1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=["local", "prod"])
    build(parser.parse_args().target)


if __name__ == "__main__":
    progress.main(main)
