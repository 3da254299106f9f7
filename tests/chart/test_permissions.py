"""The operator may do what it says that it does, and nothing else; in the namespaces that it was given."""

from collections.abc import Iterable

import pytest

from pdfbatch_operator import settings
from tests.chart.a_chart import Body, Chart, a_chart
from tests.unit.project.pages import rows_of_tables

Permission = tuple[str, str, str]


def expand(rules: Iterable[Body]) -> set[Permission]:
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def documented() -> set[Permission]:
    """The table at the head of settings.py, which stands beside the code that calls the API."""
    table = (settings.__doc__ or "").partition("| API group |")[2]
    rows = [row for row in rows_of_tables("| API group |" + table) if row[0] != "API group"]
    assert len(rows) > 8
    return {
        ("" if row[0] == '""' else row[0], row[1], verb) for row in rows for verb in row[2].replace(" ", "").split(",")
    }


def given(chart: Chart, kind: str, namespace: str | None = None) -> set[Permission]:
    """What the operator's roles of a kind give, those for people apart."""
    return expand(
        rule
        for one in chart.of_kind(kind)
        if one["metadata"].get("namespace") == namespace and not one["metadata"]["name"].endswith(("-view", "-edit"))
        for rule in one["rules"]
    )


LEASES = {("coordination.k8s.io", "leases", verb) for verb in ("get", "create", "update")}
NODES = {("", "nodes", verb) for verb in ("list", "watch")}


def test_all_namespaces_the_cluster_role_and_the_lease_are_what_the_operator_uses() -> None:
    chart = a_chart()

    assert given(chart, "ClusterRole") == documented() - LEASES
    assert given(chart, "Role", "pdfbatch-system") == LEASES


def test_given_namespaces_hold_all_but_the_nodes() -> None:
    chart = a_chart().with_("watchNamespaces", ["billing", "letters"])

    assert given(chart, "ClusterRole") == NODES
    for namespace in ("billing", "letters"):
        assert given(chart, "Role", namespace) == documented() - LEASES - NODES
    assert given(chart, "Role", "pdfbatch-system") == LEASES


def test_without_recovery_the_nodes_are_not_looked_at() -> None:
    chart = a_chart().with_("recoverLostNodes", False)
    assert given(chart, "ClusterRole") == documented() - LEASES - NODES

    assert given(chart.with_("watchNamespaces", ["billing"]), "ClusterRole") == set()


def test_the_lease_alone_can_be_written_and_is_the_one_that_the_operator_is_told() -> None:
    chart = a_chart()
    (role,) = chart.of_kind("Role")

    named = [rule["resourceNames"] for rule in role["rules"] if set(rule["verbs"]) != {"create"}]

    deployment = chart.only("Deployment")
    env = {one["name"]: one.get("value") for one in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert named == [[env["PDFBATCH_LEASE_NAME"]]]


@pytest.mark.parametrize("namespaces", [[], ["billing"]])
def test_nothing_touches_secrets_and_nothing_is_a_wildcard(namespaces: list[str]) -> None:
    chart = a_chart().with_("watchNamespaces", namespaces)
    rules = expand(rule for kind in ("Role", "ClusterRole") for one in chart.of_kind(kind) for rule in one["rules"])

    assert not [one for one in rules if "*" in one or one[1].partition("/")[0] in ("secrets", "serviceaccounts")]
    assert not [one for one in rules if one[1] == "pods" and one[2] not in ("list", "watch")]


@pytest.mark.parametrize("namespaces", [[], ["billing", "letters"]])
def test_every_role_of_the_operator_is_bound_to_its_service_account(namespaces: list[str]) -> None:
    chart = a_chart().with_("watchNamespaces", namespaces)
    account = chart.only("ServiceAccount")["metadata"]["name"]

    for kind in ("Role", "ClusterRole"):
        roles = {
            (one["metadata"].get("namespace"), one["metadata"]["name"])
            for one in chart.of_kind(kind)
            if not one["metadata"]["name"].endswith(("-view", "-edit"))
        }
        bindings = chart.of_kind(f"{kind}Binding")
        assert {(one["metadata"].get("namespace"), one["roleRef"]["name"]) for one in bindings} == roles
        for one in bindings:
            assert one["roleRef"]["kind"] == kind
            assert one["subjects"] == [{"kind": "ServiceAccount", "name": account, "namespace": "pdfbatch-system"}]


def test_people_who_view_and_edit_their_namespace_view_and_edit_its_batches() -> None:
    roles = {one["metadata"]["name"].rpartition("-")[2]: one for one in a_chart().of_kind("ClusterRole")}
    view, edit = roles["view"], roles["edit"]

    assert {verb for _, _, verb in expand(view["rules"])} == {"get", "list", "watch"}
    assert ("pdfbatch.io", "pdfbatches/scale", "patch") in expand(edit["rules"])
    assert ("pdfbatch.io", "pdfbatches", "create") in expand(edit["rules"])
    assert not [one for one in expand(edit["rules"]) if one[1] == "pdfbatches/status"]
    aggregate = "rbac.authorization.k8s.io/aggregate-to-"
    assert {key for key in view["metadata"]["labels"] if key.startswith(aggregate)} == {
        f"{aggregate}{role}" for role in ("view", "edit", "admin")
    }
    assert {key for key in edit["metadata"]["labels"] if key.startswith(aggregate)} == {
        f"{aggregate}{role}" for role in ("edit", "admin")
    }


def test_an_admin_who_gives_permissions_otherwise_gets_none() -> None:
    chart = a_chart().with_("rbac.create", False).with_("rbac.aggregate", False)

    kinds = {one["kind"] for one in chart.objects()}

    assert kinds.isdisjoint({"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})
