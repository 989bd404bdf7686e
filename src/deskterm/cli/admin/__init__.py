"""Commands for who runs the desk: init, seed, procedure, people, rules, audit, import, export."""
