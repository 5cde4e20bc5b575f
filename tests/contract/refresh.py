"""Make the contracts with all providers anew, each from the version of a package that it names.

`.venv/bin/python -m tests.contract.refresh` needs npm, node and pip. Nothing changes where no version was: see what
`git diff` says. To take a newer version of one, change it in the `refresh.py` beside the contract.
"""

import shlex
import subprocess
import sys
from pathlib import Path

from tests.contract.atlassian import refresh as atlassian
from tests.contract.discord import refresh as discord
from tests.contract.ebay import refresh as ebay
from tests.contract.github import refresh as github
from tests.contract.google_calendar import refresh as google_calendar
from tests.contract.notion import refresh as notion
from tests.contract.shopify import refresh as shopify
from tests.contract.telegram import make_schema as telegram

ROOT = Path(__file__).parents[2]


def main() -> None:
    for one in (atlassian, discord, ebay, github, google_calendar, notion, shopify):
        print(f"contract: {one.__name__.split('.')[-2]}", flush=True)
        one.main()
    print("contract: telegram", flush=True)
    refresh_telegram()


def refresh_telegram() -> None:
    """Its package is heavy, so it is imported in an environment of its own, as its command says."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, *shlex.split(telegram.COMMAND)[1:]], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
