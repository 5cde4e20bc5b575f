"""What a stand-in knows of the stack, read anew each time: the file may not be there yet, or be written again."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_AWS_HOST = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?=/|$)", re.ASCII)


class NotDeployedError(Exception):
    """The stack file is not there, or does not say what is asked for."""


@dataclass(frozen=True, slots=True)
class StackFile:
    """`.local/stack.json`."""

    file: Path

    def api_url(self) -> str:
        return str(self._known()["api_url"])

    def secret(self, service: str) -> str:
        """The secret of a service's webhooks. Raises NotDeployedError."""
        try:
            return str(self._known()["webhook_secrets"][service])
        except KeyError as error:
            raise NotDeployedError(f"no webhook secret of {service} in {self.file.name}") from error

    def discord(self) -> dict[str, str]:
        """The application: `application_id`, `private_key`, `public_key`. Raises NotDeployedError."""
        known: dict[str, str] = self._known().get("discord") or {}
        if "private_key" not in known:
            raise NotDeployedError(f"no Discord application in {self.file.name}")
        return known

    def reachable(self, address: str) -> str:
        """The address on the local AWS, where an API is known by path and not by host; others stay as they are."""
        local = self._known().get("aws_endpoint_url")
        return _AWS_HOST.sub(rf"{local}/_aws/execute-api/\1", address) if local else address

    def _known(self) -> dict[str, Any]:
        try:
            known: dict[str, Any] = json.loads(self.file.read_text())
        except FileNotFoundError as error:
            raise NotDeployedError(f"{self.file.name} is not there") from error
        return known
