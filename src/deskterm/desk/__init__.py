"""The desk: commands, their events, and the fold of events into tickets and clocks."""
