"""The rules of documentation: states, passages, differences between versions, secrecy and days to answer; all pure."""
