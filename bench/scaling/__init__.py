"""The autoscaler's very policy against a model of a cluster, an event a shard: a day in a second."""
