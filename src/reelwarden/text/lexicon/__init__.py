"""Lexicon files and their reader: what a speaker can review becomes frozen values that the engine compiles.

In: the files of one language (form: docs/reference/lexicon.md). Out: terms, patterns, classes, rules.
It knows nothing of how they are matched. Content warning: the data files list offensive language.
"""
