"""One module a command, each with a click command named `command`; reelwarden.cli imports them when called."""
