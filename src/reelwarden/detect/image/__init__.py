"""Detectors that look at pictures, one a file."""
