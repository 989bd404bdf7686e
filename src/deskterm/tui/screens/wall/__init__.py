"""The wall for leads (C-14): figures, lists, and what they say from three metres."""
