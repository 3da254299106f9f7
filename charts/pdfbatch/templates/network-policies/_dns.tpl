{{/* The egress rule for resolving names. */}}
{{- define "pdfbatch.dns" -}}
- ports:
    {{- range .Values.networkPolicies.dns.ports }}
    - {protocol: UDP, port: {{ . }}}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with .Values.networkPolicies.dns.to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
