"""What we ask of GitHub, what it answers and what it tells, against GitHub's own descriptions."""
