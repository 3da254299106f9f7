"""Where pods may connect to: what the admin gives, names, and never a cloud's metadata addresses."""

import ipaddress
from typing import Any

import pytest

from pdfbatch_api.labels import BATCH_UID
from pdfbatch_api.pods import METRICS_PORT_NAME
from tests.chart.a_chart import Body, Chart, HelmRefusedError, a_chart

METADATA = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "fd00:ec2::254")


def of_batches(chart: Chart) -> list[Body]:
    return [one for one in chart.of_kind("NetworkPolicy") if one["metadata"]["name"].endswith("-batches")]


def allowed(policy: Body, address: str, port: int) -> bool:
    """Whether a policy lets its pods connect there over TCP (kubernetes.io/docs, NetworkPolicy)."""
    target = ipaddress.ip_address(address)

    def covers(peer: Body) -> bool:
        block = peer["ipBlock"]
        excepted = (ipaddress.ip_network(one) for one in block.get("except", ()))
        return target in ipaddress.ip_network(block["cidr"]) and not any(target in one for one in excepted)

    return any(
        (not rule.get("ports") or {"protocol": "TCP", "port": port} in rule["ports"])
        and (not rule.get("to") or any("ipBlock" in peer and covers(peer) for peer in rule["to"]))
        for rule in policy["spec"]["egress"]
    )


def with_egress(*rules: Body) -> Chart:
    return a_chart().with_("networkPolicies.batches.egress", list(rules))


def test_by_default_batches_reach_stores_over_tls_and_names_and_are_reached_for_their_metrics() -> None:
    (policy,) = of_batches(a_chart())

    assert policy["spec"]["podSelector"] == {"matchExpressions": [{"key": BATCH_UID, "operator": "Exists"}]}
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert policy["spec"]["ingress"] == [
        {"from": [{"namespaceSelector": {}}], "ports": [{"protocol": "TCP", "port": METRICS_PORT_NAME}]}
    ]
    assert allowed(policy, "52.216.0.1", 443)
    assert allowed(policy, "2600:1f18::1", 443)
    assert allowed(policy, "10.96.0.10", 53)
    assert not allowed(policy, "10.0.0.7", 9000)
    assert not allowed(policy, "52.216.0.1", 80)


@pytest.mark.parametrize("address", METADATA)
@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "169.254.0.0/16", "168.0.0.0/5", "100.64.0.0/10", "::/0", "fd00::/8"])
def test_metadata_addresses_are_left_out_of_whatever_range_holds_them(cidr: str, address: str) -> None:
    (policy,) = of_batches(with_egress({"cidr": cidr, "ports": [80, 443]}))

    assert not allowed(policy, address, 80)
    assert not allowed(policy, address, 443)


@pytest.mark.parametrize(
    "cidr",
    [
        *("0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/8", "169.254.169.128/25", "169.254.169.252/31", "169.254.168.0/22"),
        *("100.100.100.200/29", "168.63.129.16/28", "::/0", "fc00::/7", "fd00:ec2::/32", "fd00:ec2::200/119"),
        *("fd00:ec2:0:0:0:0:0:0/64", "2001:db8::/32", "fd20:ce::/48"),
    ],
)
def test_an_exception_always_lies_within_its_range(cidr: str) -> None:
    """Kubernetes refuses any other policy as a whole."""
    (policy,) = of_batches(with_egress({"cidr": cidr, "ports": [443]}))
    block = policy["spec"]["egress"][1]["to"][0]["ipBlock"]
    network = ipaddress.ip_network(cidr, strict=False)

    expected = {address for address in METADATA if ipaddress.ip_address(address) in network}

    exceptions = [ipaddress.ip_network(one) for one in block.get("except", ())]
    assert all(one.version == network.version and one.subnet_of(network) for one in exceptions)  # type: ignore[arg-type]
    assert expected <= {str(one.network_address) for one in exceptions}


def test_ones_own_exceptions_stay() -> None:
    (policy,) = of_batches(with_egress({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"], "ports": [443]}))

    assert not allowed(policy, "10.1.2.3", 443)
    assert not allowed(policy, "169.254.169.254", 443)
    assert allowed(policy, "52.216.0.1", 443)


def test_a_store_in_the_cluster_gets_its_port() -> None:
    (policy,) = of_batches(with_egress({"cidr": "10.0.0.0/8", "ports": [9000]}))

    assert allowed(policy, "10.0.0.7", 9000)
    assert not allowed(policy, "52.216.0.1", 443)


def test_metadata_as_a_range_of_its_own_is_refused_with_the_way_to_ask_for_it() -> None:
    with pytest.raises(HelmRefusedError, match=r"169\.254\.169\.254/32 is a cloud's metadata.*workloadIdentity=true"):
        with_egress({"cidr": "169.254.169.254/32", "ports": [80]}).text()


def test_workload_identity_opens_what_it_asks_and_no_more() -> None:
    (policy,) = of_batches(a_chart().with_("networkPolicies.batches.workloadIdentity", True))

    assert allowed(policy, "169.254.169.254", 80)
    assert allowed(policy, "169.254.170.23", 80)
    assert allowed(policy, "169.254.169.252", 988)
    assert not allowed(policy, "168.63.129.16", 80)
    assert not allowed(policy, "169.254.169.254", 443)


@pytest.mark.parametrize(
    ("values", "namespaces"),
    [
        ({}, {"pdfbatch-system"}),
        ({"watchNamespaces": ["billing", "letters"]}, {"billing", "letters"}),
        (
            {"watchNamespaces": ["billing"], "networkPolicies": {"batches": {"namespaces": ["letters"]}}},
            {"letters"},
        ),
        ({"networkPolicies": {"batches": {"enabled": False}}}, set()),
        ({"networkPolicies": {"enabled": False}}, set()),
    ],
)
def test_a_policy_lies_in_each_namespace_that_is_told(values: dict[str, Any], namespaces: set[str]) -> None:
    assert {one["metadata"]["namespace"] for one in of_batches(Chart(values=values))} == namespaces


def test_the_admin_says_who_reads_the_batches_metrics_and_that_opens_no_way_out() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    (default,) = of_batches(a_chart())

    (told,) = of_batches(a_chart().with_("networkPolicies.batches.metricsFrom", [peer]))
    (nobody,) = of_batches(a_chart().with_("networkPolicies.batches.metricsFrom", []))

    assert told["spec"]["ingress"] == [{"from": [peer], "ports": [{"protocol": "TCP", "port": METRICS_PORT_NAME}]}]
    assert nobody["spec"]["ingress"] == []
    assert told["spec"]["egress"] == nobody["spec"]["egress"] == default["spec"]["egress"]


def test_the_operator_reaches_the_api_server_and_is_reached_for_its_metrics() -> None:
    chart = a_chart()
    (policy,) = [one for one in chart.of_kind("NetworkPolicy") if one not in of_batches(chart)]
    pods = chart.only("Deployment")["spec"]["template"]["metadata"]["labels"]

    assert policy["spec"]["podSelector"]["matchLabels"].items() <= pods.items()
    assert policy["spec"]["ingress"] == [
        {"from": [{"namespaceSelector": {}}], "ports": [{"protocol": "TCP", "port": "http"}]}
    ]
    assert allowed(policy, "10.96.0.1", 443)
    assert allowed(policy, "203.0.113.9", 6443)
    assert not allowed(policy, "203.0.113.9", 80)
    assert not allowed(policy, "169.254.169.254", 443)


def test_names_may_be_resolved_where_the_admin_says() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}

    for policy in a_chart().with_("networkPolicies.dns.to", [peer]).of_kind("NetworkPolicy"):
        dns = policy["spec"]["egress"][0]
        assert dns["to"] == [peer]
        assert {(one["protocol"], one["port"]) for one in dns["ports"]} >= {("UDP", 53), ("TCP", 53)}


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://prometheus.monitoring:9090", 9090),
        ("https://metrics.example.com/prometheus", 443),
        ("http://[fd00::7]:9091/", 9091),
        ("http://prometheus", 80),
    ],
)
def test_the_operator_may_connect_to_prometheus_port_once_it_is_told_where_that_is(url: str, port: int) -> None:
    def ports(chart: Chart) -> list[int]:
        (policy,) = [one for one in chart.of_kind("NetworkPolicy") if one["metadata"]["name"] == "pdfbatch"]
        return [one["port"] for rule in policy["spec"]["egress"] for one in rule["ports"]]

    told = ports(a_chart().with_("prometheus.url", url))

    assert told == [*ports(a_chart()), port, port]
