{{/* What the operator reads from its environment: operator/pdfbatch_operator/settings.py. */}}

{{- define "pdfbatch.port" -}}8080{{- end }}

{{/* Where the operator finds what it needs to speak to Prometheus. */}}
{{- define "pdfbatch.prometheus.folder" -}}/var/run/pdfbatch/prometheus{{- end }}

{{- define "pdfbatch.environment" -}}
- name: PDFBATCH_POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: PDFBATCH_LEASE_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: PDFBATCH_LEASE_NAME
  value: {{ include "pdfbatch.fullname" . }}
- name: PDFBATCH_HTTP_PORT
  value: {{ include "pdfbatch.port" . | quote }}
- name: PDFBATCH_LOG_FORMAT
  value: {{ .Values.operator.logFormat }}
- name: PDFBATCH_LOG_LEVEL
  value: {{ .Values.operator.logLevel }}
- name: PDFBATCH_CONCURRENT_TURNS
  value: {{ .Values.operator.concurrentTurns | quote }}
- name: PDFBATCH_RESYNC_SECONDS
  value: {{ .Values.operator.resyncSeconds | quote }}
- name: PDFBATCH_WATCH_NAMESPACES
  value: {{ join "," .Values.watchNamespaces | quote }}
- name: PDFBATCH_RECOVER_LOST_NODES
  value: {{ .Values.recoverLostNodes | quote }}
- name: PDFBATCH_RENDERER_IMAGE
  value: {{ include "pdfbatch.image" (list . .Values.images.renderer) | quote }}
- name: PDFBATCH_ENGINE_IMAGE
  value: {{ include "pdfbatch.image" (list . .Values.images.engine) | quote }}
- name: PDFBATCH_IRONPDF_RENDERER_IMAGE
  value: {{ include "pdfbatch.image" (list . .Values.images.rendererIronpdf) | quote }}
- name: PDFBATCH_IRONPDF_ENGINE_IMAGE
  value: {{ .Values.ironpdf.image | quote }}
- name: PDFBATCH_IRONPDF_PULL_POLICY
  value: {{ .Values.ironpdf.pullPolicy | quote }}
- name: PDFBATCH_IRONPDF_LICENSE_SECRET
  value: {{ .Values.ironpdf.license.secret | quote }}
- name: PDFBATCH_IRONPDF_LICENSE_SECRET_KEY
  value: {{ .Values.ironpdf.license.key | quote }}
- name: PDFBATCH_IRONPDF_RESOURCES
  value: {{ .Values.ironpdf.resources | toJson | quote }}
- name: PDFBATCH_IMAGE_PULL_POLICY
  value: {{ .Values.images.pullPolicy }}
- name: PDFBATCH_IMAGE_PULL_SECRETS
  value: {{ join "," .Values.batches.imagePullSecrets | quote }}
- name: PDFBATCH_SERVICE_ACCOUNTS
  value: {{ join "," .Values.batches.serviceAccounts | quote }}
- name: PDFBATCH_MAXIMUM_RENDERERS
  value: {{ int64 .Values.batches.maximumRenderers | quote }}
{{- with .Values.batches.maximumRenderersTogether }}
- name: PDFBATCH_MAXIMUM_RENDERERS_TOGETHER
  value: {{ int64 . | quote }}
{{- end }}
{{- with .Values.prometheus.url }}
- name: PDFBATCH_PROMETHEUS_URL
  value: {{ . | quote }}
{{- end }}
{{- if .Values.prometheus.token.secret }}
- name: PDFBATCH_PROMETHEUS_TOKEN_FILE
  value: {{ printf "%s/token" (include "pdfbatch.prometheus.folder" .) }}
{{- end }}
{{- if .Values.prometheus.ca.secret }}
- name: PDFBATCH_PROMETHEUS_CA_FILE
  value: {{ printf "%s/ca.crt" (include "pdfbatch.prometheus.folder" .) }}
{{- end }}
- name: PDFBATCH_PROMETHEUS_CUSTOM_QUERIES
  value: {{ .Values.prometheus.customQueries.enabled | quote }}
- name: PDFBATCH_STALLED_AFTER_SECONDS
  value: {{ .Values.batches.stalledAfterSeconds | quote }}
- name: PDFBATCH_SCRAPE_ANNOTATIONS
  value: {{ and .Values.metrics.podAnnotations (not .Values.metrics.podMonitor.enabled) | quote }}
{{- with .Values.operator.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
