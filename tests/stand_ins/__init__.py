"""Stand-ins for the services around Switchyard: real HTTP servers that keep to docs/services.md and check it."""
