"""Messages to and from requesters, their answers to surveys, and the lists of both."""
