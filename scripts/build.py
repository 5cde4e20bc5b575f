"""`make build`: functions and layers as they are deployed, bytecode included."""

import argparse
import hashlib
import platform
import subprocess
import sys

from scripts import progress, sam
from scripts.local_aws import ROOT
from scripts.progress import StepError, say

_SOURCES = ("functions", "shared", "layers", "statemachines")
_ARM = {"arm64", "aarch64"}


def build(target: str) -> None:
    """Build the template of `target`, a section of samconfig.toml, into `.aws-sam/<target>/build`."""
    stamp = sam.folder(target) / "built-from"
    sources = _digest_of_sources(target)
    if stamp.exists() and stamp.read_text() == sources:
        say("nothing new to build")
        return
    say(f"building ({target})")
    stamp.unlink(missing_ok=True)
    sam.run(
        target,
        "build",
        *("--template-file", str(ROOT / "template.yaml")),
        *("--build-dir", "build", "--cache-dir", "cache", "--cached", "--parallel"),
        *("--parameter-overrides", parameters(target)),
    )
    _compile(target)
    stamp.write_text(sources)


def parameters(target: str) -> str:
    """Template parameters as SAM takes them: those of samconfig.toml and those of this machine."""
    arm = target == "prod" or platform.machine().lower() in _ARM
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    architecture = "arm64" if arm else "x86_64"
    machine = f"PythonRuntime={runtime} Architecture={architecture}"
    return f"{sam.setting(target, 'parameter_overrides')} {machine}"


def _digest_of_sources(target: str) -> str:
    """SAM takes seconds to find out that nothing has changed; this takes none."""
    digest = hashlib.sha256(parameters(target).encode())
    files = [path for folder in _SOURCES for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted([ROOT / "template.yaml", *files]):
        if path.parent.name != "__pycache__":
            digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size} ".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


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
    where = sam.folder(target) / "build"
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise StepError(f"compiling bytecode: {said[0]} {said[-1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=["local", "prod"])
    build(parser.parse_args().target)


if __name__ == "__main__":
    progress.main(main)
