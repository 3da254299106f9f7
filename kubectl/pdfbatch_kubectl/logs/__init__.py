"""`kubectl pdfbatch logs`: the logs of a batch's pods as one, in the order of time, each line with its shard."""
