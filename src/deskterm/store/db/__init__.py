"""Engines, connections, tables, migrations and the notification of changes."""
