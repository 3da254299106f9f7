"""A model of the API and of what Kubernetes does with Jobs, as far as it matters to a batch; of people, and of power.

One batch, its Jobs, their pods, two nodes, a clock. Everything that happens is a move, so that a test can choose any
order of them. What a shard's documents come to is fixed from the start (`Truth`): whatever happened on the way, the
batch must end with it.
"""
