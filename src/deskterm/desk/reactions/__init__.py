"""What follows a command in its own transaction: rules, notices, routing, suggestions."""
