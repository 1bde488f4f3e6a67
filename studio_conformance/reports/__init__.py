"""Reports: pure functions from the list of events to something a reader wants."""
