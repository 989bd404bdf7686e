"""Reactions to a command within its own transaction: rules, notices, routing and suggestions."""
