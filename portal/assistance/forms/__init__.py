"""The client's forms of applications."""
