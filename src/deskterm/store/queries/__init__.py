"""Reads on a bare connection: queue pages, ticket detail, work lists, billing, surveys."""
