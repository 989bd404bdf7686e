"""Figures over many tickets: attainment, and a survey of the past under another procedure."""
