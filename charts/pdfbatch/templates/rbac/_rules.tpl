{{/*
What the operator may do: what operator/pdfbatch_operator/settings.py lists, a test compares. Never Secrets.
*/}}

{{/* In every namespace with batches. */}}
{{- define "pdfbatch.rules" -}}
- apiGroups: [pdfbatch.io]
  resources: [pdfbatches]
  verbs: [get, list, watch, delete]
- apiGroups: [pdfbatch.io]
  resources: [pdfbatches/status]
  verbs: [update]
- apiGroups: [pdfbatch.io]
  resources: [pdfbatches/finalizers]
  verbs: [update]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create, get, patch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch, list]
{{- end }}

{{/* Nodes lie in no namespace. They are looked at for their taints alone. */}}
{{- define "pdfbatch.nodeRules" -}}
- apiGroups: [""]
  resources: [nodes]
  verbs: [list, watch]
{{- end }}
