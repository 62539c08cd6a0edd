"""What every package stands on: database, clock, ids, encryption, events, errors and translation; it imports no other package of ours."""
