"""The rules of applications, without a database: kinds, states, the form, answers, merging, papers, the norm."""
