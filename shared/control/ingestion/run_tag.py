"""Whose work something is: the run of a workflow that brought it, so that it can be taken back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunTag:
    run_id: str
    source: str

    @property
    def ingested(self) -> str:
        """The list of the versions it brought."""
        return f"ingested/{self.run_id}/{self.source}"

    @property
    def advanced(self) -> str:
        """The list of the places it read to the end, each with the cursor before."""
        return f"advanced/{self.run_id}/{self.source}"
