"""Photos as Telegram has them: the same picture in several sizes, each a file with an id of its own."""

from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

# A real JPEG of four by three pixels.
SMALL_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqm"
    "x5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAADAAQD"
    "ASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAUEQEA"
    "AAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCEAdYf/9k="
)
_SIZES = ((90, 67), (320, 240), (1280, 960))  # smallest first, as Telegram lists them


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that a bot can download."""

    file_id: str
    path: str
    content: bytes
    width: int
    height: int

    def described(self) -> dict[str, Any]:
        unique = sha256(self.file_id.encode()).hexdigest()[:16]
        return {"file_id": self.file_id, "file_unique_id": unique, "file_size": len(self.content)}

    def photo_size(self) -> dict[str, Any]:
        return self.described() | {"width": self.width, "height": self.height}

    def document(self) -> dict[str, Any]:
        return self.described() | {"file_name": self.path.rpartition("/")[2], "mime_type": "image/jpeg"}


def content(base64: str | None) -> bytes:
    """What was uploaded, or a picture that is like no other."""
    if base64 is not None:
        return b64decode(base64, validate=True)
    return _commented(uuid4().bytes)


def sizes(largest: bytes) -> list[File]:
    """The photo in all its sizes; only the last holds what was uploaded."""
    contents = [*(_commented(f"{width} wide".encode()) for width, _ in _SIZES[:-1]), largest]
    return [_file(one, *size) for one, size in zip(contents, _SIZES, strict=True)]


def _file(held: bytes, width: int, height: int) -> File:
    name = uuid4().hex
    return File(file_id=f"AgAC{name}", path=f"photos/file_{name[:8]}.jpg", content=held, width=width, height=height)


def _commented(comment: bytes) -> bytes:
    """The small JPEG with a comment in it (a COM segment, straight after the start of the image)."""
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment
    return SMALL_JPEG[:2] + segment + SMALL_JPEG[2:]
