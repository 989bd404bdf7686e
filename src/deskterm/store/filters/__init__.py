"""The filter language (C-12): text to a tree, and conditions to SQL for both databases."""
