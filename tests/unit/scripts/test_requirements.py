"""What is installed is pinned, and the same everywhere."""

import re
from pathlib import Path

import pytest

from scripts.local_aws import ROOT

PINNED = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "layers" / "dependencies" / "requirements.txt"]


def versions(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", file.read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", PINNED, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_requirement_has_a_version_and_a_hash_and_no_host(file: Path) -> None:
    text = file.read_text()
    requirements = re.split(r"\n(?=[a-z])", re.sub(r"(?m)^ *#.*\n", "", text).strip())
    assert all("==" in requirement and "--hash=sha256:" in requirement for requirement in requirements)
    assert "://" not in text
    assert "index-url" not in text


def test_what_is_tested_is_what_is_deployed() -> None:
    tested = versions(ROOT / "requirements" / "dev.txt")
    deployed = versions(ROOT / "layers" / "dependencies" / "requirements.txt")
    assert deployed.items() <= tested.items()
