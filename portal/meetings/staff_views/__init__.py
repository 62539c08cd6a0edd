"""The staff's pages of meetings."""
