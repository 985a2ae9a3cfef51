"""Forms of applications: those applicants fill in, and those of screening."""
