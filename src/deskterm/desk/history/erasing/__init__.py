"""Erasure of personal texts: those of a person, of tickets past their retention period, and drafts."""
