"""Run the stand-ins until SIGTERM or Ctrl-C: `python -m tests.stand_ins --home .local --stack .local/stack.json`."""

import argparse
import signal
from pathlib import Path

from tests.stand_ins.neighbours import SERVICES, SINKS, keep, known_ports, neighbours

_ENDS = {signal.SIGTERM, signal.SIGINT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="where stand_ins.json, their addresses, is kept")
    parser.add_argument("--stack", type=Path, required=True, help="stack.json; it may come later")
    arguments = parser.parse_args()
    # Before the first thread, so that no thread but this one is ended by them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    arguments.home.mkdir(parents=True, exist_ok=True)
    file = arguments.home / "stand_ins.json"
    with neighbours(arguments.stack, known_ports(file), kinds=SERVICES + SINKS) as addresses:
        keep(addresses, file)
        signal.sigwait(_ENDS)


if __name__ == "__main__":
    main()
