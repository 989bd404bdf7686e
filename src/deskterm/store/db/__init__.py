"""Engines, connections, tables, migrations and the change feed."""
