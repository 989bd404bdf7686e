"""Notices pushed to agents and teams by services of theirs: who gets them, in which words, and how they are sent."""
