"""The fault drill: real processes, real faults, and one script that reads what became of it."""
