"""Step 5: signals become moments, and moments a verdict.

In: signals and a policy. Out: moments and a verdict. Pure: no files, no clock, so that a changed threshold can be
replayed over stored signals in seconds.
"""
