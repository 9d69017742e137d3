"""Engine and Connection: skeleton of the interface, filled in next."""
