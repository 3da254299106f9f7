"""Bucket to bucket, by the example as it stands: credentials in a Secret that nobody is told, a work folder apart."""

import gzip
import json
from pathlib import Path

from devcluster import Cluster

from tests.cluster.a_bucket import CREDENTIALS, Bucket
from tests.cluster.a_place import Place
from tests.cluster.installation import NAMESPACE

EXAMPLES = Path(__file__).parents[2] / "examples"
# The S3 server answers one request at a time: enough rows for two shards, not all thousand.
INVOICES = 260
SECRET = "kept-to-itself-73f1a9"


def test_invoices_from_a_bucket_to_a_bucket(place: Place, bucket: Bucket, own_cluster: Cluster) -> None:
    # given the rows and the template in the bucket, and the credentials in a Secret
    with gzip.open(EXAMPLES / "invoices" / "invoices.jsonl.gz", "rt") as file:
        rows = [line for line, _ in zip(file, range(INVOICES), strict=False)]
    bucket.put("invoices/invoices.jsonl.gz", gzip.compress("".join(rows).encode()))
    template = EXAMPLES / "invoices" / "template"
    for path in (path for path in template.rglob("*") if path.is_file()):
        bucket.put(f"invoices/template/{path.relative_to(template)}", path.read_bytes())
    known = {**CREDENTIALS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": bucket.endpoint}
    # the server has no certificate
    literals = [f"--from-literal={key}={value}" for key, value in {**known, "AWS_ALLOW_HTTP": "true"}.items()]
    place.kubectl("create", "secret", "generic", "store", *literals)

    # when
    place.kubectl("apply", f"--filename={EXAMPLES / 'kubernetes' / 'invoices-s3.yaml'}")
    status = place.ended("invoices-s3", within=300)

    # then
    assert status["phase"] == "Succeeded", place.story()
    assert status["documents"]["succeeded"] == INVOICES
    assert status["shards"]["total"] == 2
    assert bucket.problems("out/invoices/") == []
    # of the work folder what keeps a late pod from beginning anew, and nothing that holds a row's data
    assert {name.rpartition("/")[2] for name in bucket.keys("work/")} <= {"plan.json", "sealed", "removed"}
    lines = bucket.get("out/invoices/manifest.jsonl").splitlines()
    assert len({json.loads(line)["name"] for line in lines}) == INVOICES
    # and nobody was told the secret
    told = [
        place.kubectl("get", "pdfbatches,jobs,pods,configmaps,events", "--output=yaml"),
        *(
            place.kubectl("logs", pod["metadata"]["name"], "--all-containers")
            for component in ("plan", "render", "finish")
            for pod in place.pods(component)
        ),
        own_cluster.kubectl("logs", "--namespace", NAMESPACE, "deployment/pdfbatch").stdout,
    ]
    assert len("".join(told)) > 10_000
    assert SECRET not in "".join(told)
    # nor was the browser, whose page is not trusted; and no pod has a token for the API
    for component in ("plan", "render", "finish"):
        pod = place.pods(component)[0]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert not [volume for volume in pod["volumes"] if "projected" in volume or "secret" in volume]
        for container in pod.get("initContainers", []):
            # Kubernetes' own alone
            assert [variable["name"] for variable in container.get("env", [])] in ([], ["JOB_COMPLETION_INDEX"])
            assert not container.get("envFrom")
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["runAsNonRoot"] is True
