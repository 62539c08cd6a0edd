"""What a page costs: `make bench` measures and prints, and nothing here fails because a machine is slow."""
