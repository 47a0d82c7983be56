"""Detectors that listen, one a file."""
