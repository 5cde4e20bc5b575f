"""Packages of npm and PyPI as their registries have them, for the scripts that make contracts of them."""

import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One version of a package. `sha256` is of what the registry hands out: the tarball of npm, the wheel of PyPI."""

    registry: Literal["npm", "PyPI"]
    name: str
    version: str
    sha256: str
    licence: str

    def pinned(self) -> str:
        return f"{self.name}{'@' if self.registry == 'npm' else '=='}{self.version}"


def fetch(package: Package, folder: Path) -> Path:
    """The archive of a package, in `folder`. Raises SystemExit where it is not the one that was looked at."""
    into = folder / "archives" / package.name
    into.mkdir(parents=True)
    if package.registry == "npm":
        run("npm", "pack", "--silent", package.pinned(), folder=into)
    else:
        wanted = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", package.pinned()]
        run(sys.executable, "-m", "pip", *wanted, folder=into)
    (archive,) = into.iterdir()
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != package.sha256:
        raise SystemExit(f"{package.pinned()} has sha256 {found}, not {package.sha256}")
    return archive


def read_member(archive: Path, name: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(name)
    with tarfile.open(archive) as tarball:
        member = tarball.extractfile(name)
        assert member is not None, f"{name} is no file"
        return member.read()


def unpack(archive: Path, folder: Path) -> Path:
    """Where the files of an npm package are now."""
    with tarfile.open(archive) as tarball:
        tarball.extractall(folder, filter="data")
    return folder / "package"


def install_for_node(folder: Path, *packages: str) -> None:
    """`packages` are what npm takes: `name@version`, or the path of an archive."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *packages, folder=folder)


def run(*command: str, folder: Path) -> str:
    """What a command writes. Raises subprocess.CalledProcessError where it fails; what it says of that is shown."""
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def provenance(package: Package, *, what: str, files: list[str], made_by: str, command: str) -> dict[str, Any]:
    return {
        "what": what,
        "package": f"{package.registry} {package.name} {package.version}",
        "sha256": package.sha256,
        "licence": package.licence,
        "files": files,
        "made_by": made_by,
        "command": command,
    }


def write_json(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
