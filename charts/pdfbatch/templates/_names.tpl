{{/* Names and labels that several objects share. */}}

{{- define "pdfbatch.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "pdfbatch.fullname" -}}
{{- $name := include "pdfbatch.name" . }}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- .Values.fullnameOverride | default $both | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "pdfbatch.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "pdfbatch.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* What finds the operator's pods; never changes between versions, for a Deployment's selector cannot. */}}
{{- define "pdfbatch.selectorLabels" -}}
app.kubernetes.io/name: {{ include "pdfbatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "pdfbatch.labels" -}}
{{- $labels := dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
  "app.kubernetes.io/name" (include "pdfbatch.name" .)
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/version" .Chart.AppVersion
  "app.kubernetes.io/part-of" "pdfbatch"
  "app.kubernetes.io/managed-by" .Release.Service }}
{{- toYaml (merge $labels .Values.commonLabels) }}
{{- end }}

{{/* An image's full name. Takes a list: the root context, the image's values. */}}
{{- define "pdfbatch.image" -}}
{{- $root := first . }}
{{- $image := last . }}
{{- $repository := $image.repository }}
{{- with $root.Values.images.registry }}{{ $repository = printf "%s/%s" (trimSuffix "/" .) $repository }}{{ end }}
{{- if $image.digest }}
{{- printf "%s@%s" $repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $repository ($root.Values.images.tag | default $root.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{/* What the port is called on which the batches' pods serve metrics: api/pdfbatch_api/pods.py. */}}
{{- define "pdfbatch.batches.port" -}}metrics{{- end }}

{{/* Of objects that lie in no namespace: two releases of one name may be in two namespaces. */}}
{{- define "pdfbatch.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "pdfbatch.fullname" .) }}
{{- end }}
