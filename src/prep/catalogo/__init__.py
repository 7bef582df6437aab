"""The process: elections, demarcations, casillas, contenders, people; its import and validation."""
