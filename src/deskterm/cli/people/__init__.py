"""Colleagues and the people on a ticket: lists, absence, participants."""
