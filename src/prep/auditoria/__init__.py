"""The auditor's kit: what was ignored, who did two things on one acta, who read what, what was found. It writes nothing
in the system."""
