"""What every package stands on: database, clock, ids, encryption, events, errors and translation."""
