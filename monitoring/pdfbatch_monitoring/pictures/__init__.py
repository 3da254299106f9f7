"""The dashboards drawn without Grafana, from a real Prometheus' answers to their queries.

Grafana's server is a Go module, but its pages are built with its own npm project, which the module does not have: there
is no Grafana to take a screenshot of.
"""
