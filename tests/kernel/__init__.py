"""The kernel, with a real child process."""
