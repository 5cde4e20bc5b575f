"""Under which name operators' routing rules are kept among the settings, and how much of them."""

from typing import Final

ROUTING: Final = "routing"
LARGEST_FILE: Final = 64 * 1024  # bytes in UTF-8
