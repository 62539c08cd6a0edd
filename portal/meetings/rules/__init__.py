"""The rules of meetings; pure."""
