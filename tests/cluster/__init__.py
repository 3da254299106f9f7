"""Tests on a real Kubernetes: the chart installed, the operator under the chart's own permissions, pods that render."""
