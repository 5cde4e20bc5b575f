"""A local AWS for the tests, apart from that of `make up`; gone when they end."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import local_aws as server
from scripts import stack, stand_ins
from scripts.local_aws import ROOT, LocalAws
from scripts.stack import Stack

__all__ = ["LocalAws", "Stack", "deployed_stack", "local_aws"]


@contextmanager
def local_aws() -> Iterator[LocalAws]:
    """Start an empty local AWS on a free port, IAM enforced; stop it and forget its state at the end."""
    with TemporaryDirectory(prefix="switchyard-") as folder:
        home = Path(folder) / "aws"
        try:
            yield server.start(home)
        finally:
            stand_ins.stop(home.parent)
            server.stop(home, save=False)


def deployed_stack(aws: LocalAws) -> Stack:
    """Build the template and deploy it to `aws` as `make up` does, with keys of its own.

    In a process of its own, because product code remembers the environment it saw first. One at a time: what was
    built lies in one place, from where it is deployed.
    """
    command = [sys.executable, "-m", "scripts.up", "--target", "test", "--home", str(aws.home)]
    with (ROOT / "samconfig.toml").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        subprocess.run(command, cwd=ROOT, check=True)
    deployed = stack.read(aws.home.parent / stack.FILE.name)
    assert deployed is not None
    return deployed
