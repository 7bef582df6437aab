"""Designs an election, plays a night (a drawn one or a real published one), breaks things and reports."""
