"""What a command found, as one value that every format renders: one adapter per command."""
