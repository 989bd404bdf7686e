"""The wall for leads (C-14): figures and lists that can be read from three metres."""
