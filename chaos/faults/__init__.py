"""The faults, a module for each subject; every module here is found by itself."""
