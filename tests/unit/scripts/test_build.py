"""What a build depends on."""

import platform
import sys

import pytest

from scripts.build import parameters

RUNTIME = f"PythonRuntime=python3.{sys.version_info.minor}"


@pytest.mark.parametrize(("machine", "architecture"), [("x86_64", "x86_64"), ("arm64", "arm64"), ("aarch64", "arm64")])
def test_a_local_build_is_for_this_interpreter_and_this_machine(
    machine: str, architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert parameters("local").split() == ["Stage=local", "TraceSampleRate=1", RUNTIME, f"Architecture={architecture}"]


def test_a_build_for_production_is_for_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    assert parameters("prod").split() == ["Stage=prod", RUNTIME, "Architecture=arm64"]
