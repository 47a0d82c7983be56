"""Speech becomes words with times.

In: 16 kHz samples of speech. Out: words, language and how sure the recogniser is; a transcript; WebVTT.
It must not know which part of a media is speech (detect/audio tells), nor what a word means (text/ tells).
"""
