"""The weight files: which package each comes from, its hash, its licence; installing them; opening them.

In: the catalogue (catalogue.toml, and the operator's own in the same form). Out: sessions that detectors run.
It does not know what a score means.
"""
