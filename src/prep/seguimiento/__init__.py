"""The process's paperwork: work plan, milestones, agreements, and the reports drafted from them. Files only."""
