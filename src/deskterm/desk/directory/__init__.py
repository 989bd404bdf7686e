"""People and teams: absences, participants, tiers of support, seeding."""
