"""Step 3: bytes become frames and audio chunks with their times.

In: an open file and a sampling plan. Out: frames and 16 kHz mono audio chunks, in bounded memory, in one pass.
It never gets a URL, never reads a playlist, and does not know what will look at the pictures.
"""
