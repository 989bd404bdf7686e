"""What people do on a desk: commands, their events, and the fold of events into tickets and clocks."""
