"""What clients do with applications: begin, answer, invite, sign, submit, supplement, withdraw."""
