"""The doors by which a drill is played: what a browser, a phone and a scanner send, over HTTP, and nothing else."""
