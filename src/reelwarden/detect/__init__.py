"""Step 4: frames and sound become signals.

In: frames and audio chunks with their times. Out: signals (label, score, time, evidence).
It must not know where the media came from, nor what a policy makes of a signal.
"""
