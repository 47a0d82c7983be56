"""`python -m reelwarden` is the command line."""

from reelwarden.cli import main

main()
