"""The staff's pages of documentation."""
