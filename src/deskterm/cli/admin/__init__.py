"""Running a desk: init, seed, procedure, rules, retention, audit, import, export, doctor, demo."""
