"""Reelwarden: says what is wrong in a video, where and when, with the evidence.

A video's way through the folders: `api → ingest → media → detect (+ text, banks) → decide → deliver → review`.
This module imports nothing, so that `reelwarden --help` stays quick.
"""

__version__ = "0.1.0"
