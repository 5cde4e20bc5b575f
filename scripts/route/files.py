"""The files a run of `switchyard route` keeps: the snapshot, what was delivered beside it, and who is at it."""

import fcntl
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from shared.messages.snapshot import FILE, REPOSITORY, Snapshot
from shared.runtime.errors import InvalidInputError

_SYNCED: Final = os.O_RDONLY | os.O_DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where the snapshot is, and in which repository."""

    repository: Path
    snapshot: Path

    @property
    def deliveries(self) -> Path:
        return self.snapshot.with_name(f"{self.snapshot.stem}.deliveries.db")

    @property
    def lock(self) -> Path:
        return self.snapshot.with_name(f"{self.snapshot.stem}.lock")


def files_of(repository: str | None, file: str | None) -> Files:
    """A path of the snapshot that is absolute stands for itself, another is in the repository.

    Raises InvalidInputError where it leads out of it, also over a symbolic link.
    """
    root, name = Path(repository or REPOSITORY), Path(file or FILE)
    if not name.is_absolute() and root.resolve() not in (root / name).resolve().parents:
        raise InvalidInputError(f"{name} is not in the repository; a file elsewhere takes its absolute path")
    return Files(repository=root, snapshot=root / name)


@contextmanager
def held(files: Files) -> Iterator[None]:
    """Nobody else runs on these files meanwhile; who comes second waits. Makes the folder. Raises OSError."""
    files.lock.parent.mkdir(parents=True, exist_ok=True)
    with files.lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another run is at {files.snapshot}; waiting for its end", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield  # the lock ends with the file, also where this process is killed


def load(snapshot: Snapshot, path: Path) -> None:
    """The earlier file, where there is one. Raises OSError; InvalidInputError where it cannot be read."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        try:
            snapshot.load(file)
        except InvalidInputError as error:
            raise InvalidInputError(f"{path} is no snapshot and stays as it is: {error}") from None


def replace(path: Path, write: Callable[[IO[str]], None]) -> None:
    """The whole new file or the old one, whatever happens meanwhile. Raises OSError."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _mode_of(path))
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _mode_of(path: Path) -> int:
    """As it was; a new one as any other new file of this user."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    handle = os.open(folder, _SYNCED)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
