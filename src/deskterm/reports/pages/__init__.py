"""Reports as pages: parts with tables and charts that every output shows (R-08)."""
