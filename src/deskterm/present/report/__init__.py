"""Reports for people: as text for terminals and pipes, as HTML for browsers and paper."""
