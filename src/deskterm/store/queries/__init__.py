"""Reads on a bare connection: queue windows, ticket detail, work lists, billing, surveys."""
