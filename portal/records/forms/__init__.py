"""The forms of documentation."""
