"""The name under which operators' routing rules are kept among the settings."""

from typing import Final

ROUTING: Final = "routing"
