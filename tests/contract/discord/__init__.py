"""What we send to Discord, against Discord's own specification."""
