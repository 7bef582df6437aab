"""The process: elections, demarcations, casillas, contenders, people and schedule; reading, writing and freezing it."""
