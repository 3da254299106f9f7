"""The operator as a process against a real API server and its controllers, without nodes: pods stay pending, and their
status is what a test writes. Quicker than a whole cluster, and what must be real for this is."""
