{{/*
Address ranges: which cloud metadata addresses lie within a CIDR that an administrator allows.

A NetworkPolicy can only allow, so 0.0.0.0/0 would let a renderer ask the cloud for the node's own credentials. The
policies therefore leave these addresses out of every range that covers them (`except`), and Kubernetes refuses an
`except` that lies outside its range: hence the arithmetic.
*/}}

{{/*
What answers for an instance's credentials. AWS (IMDS, ECS, EKS Pod Identity), Google, Azure, Oracle, OpenStack:
169.254.169.254 and its neighbours; Azure's WireServer: 168.63.129.16; Alibaba: 100.100.100.200.
*/}}
{{- define "pdfbatch.metadata.addresses" -}}
["169.254.169.254", "169.254.169.252", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200",
 "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"]
{{- end }}

{{/* Those of them that workload identity asks: GKE's metadata server, EKS Pod Identity's agent. */}}
{{- define "pdfbatch.metadata.workloadIdentity" -}}
["169.254.169.254", "169.254.169.252", "169.254.170.23", "fd00:ec2::23"]
{{- end }}

{{/* A single address as a CIDR. */}}
{{- define "pdfbatch.cidr.of" -}}
{{ printf "%s/%s" . (ternary "128" "32" (contains ":" .)) }}
{{- end }}

{{/* An address as a JSON list of numbers: four of 8 bits, or eight of 16. */}}
{{- define "pdfbatch.cidr.groups" -}}
{{- $groups := list }}
{{- if contains ":" . }}
  {{- $halves := splitList "::" . }}
  {{- $left := without (splitList ":" (first $halves)) "" }}
  {{- $right := list }}
  {{- if gt (len $halves) 1 }}{{ $right = without (splitList ":" (last $halves)) "" }}{{ end }}
  {{- range $left }}{{ $groups = append $groups (int64 (printf "0x%s" .)) }}{{ end }}
  {{- range until (int (sub 8 (add (len $left) (len $right)))) }}{{ $groups = append $groups 0 }}{{ end }}
  {{- range $right }}{{ $groups = append $groups (int64 (printf "0x%s" .)) }}{{ end }}
{{- else }}
  {{- range splitList "." . }}{{ $groups = append $groups (atoi .) }}{{ end }}
{{- end }}
{{- toJson $groups }}
{{- end }}

{{/* "true" when a CIDR covers an address, else "". Takes a list: CIDR, address. */}}
{{- define "pdfbatch.cidr.covers" -}}
{{- $network := splitList "/" (first .) }}
{{- $address := last . }}
{{- if eq (contains ":" (first $network)) (contains ":" $address) }}
  {{- $width := ternary 16 8 (contains ":" $address) }}
  {{- $theirs := include "pdfbatch.cidr.groups" (first $network) | fromJsonArray }}
  {{- $ours := include "pdfbatch.cidr.groups" $address | fromJsonArray }}
  {{- $bits := atoi (last $network) }}
  {{- $same := true }}
  {{- range $index, $group := $ours }}
    {{- $counted := max 0 (min $width (sub $bits (mul $width $index))) }}
    {{- $unit := 1 }}
    {{- range until (int (sub $width $counted)) }}{{ $unit = mul $unit 2 }}{{ end }}
    {{- if ne (div (int64 $group) $unit) (div (int64 (index $theirs $index)) $unit) }}{{ $same = false }}{{ end }}
  {{- end }}
  {{- if $same }}true{{ end }}
{{- end }}
{{- end }}

{{/*
An egress rule for one entry of values (`cidr`, `except`, `ports`), without the metadata addresses.
Takes a list: the entry, the name of its value for a message.
*/}}
{{- define "pdfbatch.egress" -}}
{{- $rule := first . }}
{{- $where := last . }}
{{- $except := $rule.except | default list }}
{{- range include "pdfbatch.metadata.addresses" nil | fromJsonArray }}
  {{- $single := include "pdfbatch.cidr.of" . }}
  {{- if eq $rule.cidr $single }}
    {{- fail (printf "%s: %s is a cloud's metadata address, which hands out credentials: take it out, or set networkPolicies.batches.workloadIdentity=true" $where $rule.cidr) }}
  {{- end }}
  {{- if and (include "pdfbatch.cidr.covers" (list $rule.cidr .)) (not (has $single $except)) }}
    {{- $except = append $except $single }}
  {{- end }}
{{- end -}}
- to:
    - ipBlock:
        cidr: {{ $rule.cidr | quote }}
        {{- with $except }}
        except: {{- toYaml . | nindent 10 }}
        {{- end }}
  {{- with $rule.ports }}
  ports:
    {{- range . }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- end }}
{{- end }}
