"""Detectors that listen: one small file each.

In: blocks of sound (detect/sound.py). Out: signals with a start and an end. activity.py and events.py run the two
models that several detectors share, once a block.
"""
