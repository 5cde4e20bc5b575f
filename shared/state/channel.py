"""What is said on a channel that others listen to."""

Message = tuple[str, str]  # the channel, and what is said there
