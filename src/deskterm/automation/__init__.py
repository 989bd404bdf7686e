"""What happens by itself: warnings, missed targets, timers."""
