"""Reading words on screen: find lines, read them, and hand the words on."""
