"""What a script says while it works, and the one line it says when it fails."""

import sys
import time
from collections.abc import Callable

_STARTED = time.monotonic()


class StepError(Exception):
    """A step failed; the message is one line for the person at the terminal."""


def say(text: str) -> None:
    """Print a line with the seconds since the script started."""
    print(f"{time.monotonic() - _STARTED:6.1f} s  {text}", flush=True)


def main(script: Callable[[], object]) -> None:
    """Run a script; exit with status 1 and one line on stderr where a step or a call to AWS fails."""
    from botocore.exceptions import BotoCoreError, ClientError  # not before: an agent has no use for it

    try:
        script()
    except (StepError, BotoCoreError, ClientError) as error:
        sys.exit(f"failed: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
