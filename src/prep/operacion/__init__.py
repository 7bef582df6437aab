"""Running the night: the solemn acts that leave a signed mark in the public log besides the cortes."""
