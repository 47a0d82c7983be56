"""Words from screens, speech, captions and callers become matches with categories and severities.

In: a text, the languages and countries asked for, and where it came from. Out: matches with their places in the
text.
It does not know about media.
"""
