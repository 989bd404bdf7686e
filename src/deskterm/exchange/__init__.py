"""Data in and out: event logs, exports."""
