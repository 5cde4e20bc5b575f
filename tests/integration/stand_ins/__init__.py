"""The stand-ins do what docs/services.md says, and find who does not."""
