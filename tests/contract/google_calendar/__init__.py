"""What we send to Google Calendar, against Google's own discovery document."""
