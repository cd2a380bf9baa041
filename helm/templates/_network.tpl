{{/* The gRPC port; empty if it is disabled. */}}
{{- define "vanillanet.grpcPort" -}}
{{- with .Values.settings.grpc }}{{ if .enabled }}{{ default 8001 .port | int }}{{ end }}{{ end }}
{{- end }}

{{/* The port of an address: (list VALUES-PATH URL). */}}
{{- define "vanillanet.portOf" -}}
{{- $path := index . 0 -}}
{{- $url := index . 1 -}}
{{- if not (regexMatch `^https?://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$` $url) -}}
{{- fail (printf "%s: %q is not an address. Write http://HOST:PORT or https://HOST:PORT, without a user name." $path $url) -}}
{{- end -}}
{{- $authority := regexReplaceAll "^https?://([^/]*).*$" $url "${1}" -}}
{{- $port := regexFind ":[0-9]+$" $authority | trimPrefix ":" | default (ternary "443" "80" (hasPrefix "https:" $url)) -}}
{{- if or (gt (len $port) 5) (lt (int $port) 1) (gt (int $port) 65535) -}}
{{- fail (printf "%s: %s is not a port. Use one from 1 to 65535." $path $port) -}}
{{- end -}}
{{- int $port -}}
{{- end -}}

{{/* A rule for a port: (list PORT PEERS). Without peers it allows any address. */}}
{{- define "vanillanet.egressRule" -}}
- ports:
    - protocol: TCP
      port: {{ index . 0 }}
  {{- with index . 1 }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Outgoing connections that the values need, as a list of rules. */}}
{{- define "vanillanet.egress" -}}
{{- $rules := default list .Values.networkPolicy.egress -}}
{{- $bucket := .Values.models.bucket -}}
{{- if .Values.tracing.enabled -}}
{{- $port := include "vanillanet.portOf" (list "tracing.endpoint" (default "" .Values.tracing.endpoint)) -}}
{{- $rules = concat $rules (include "vanillanet.egressRule" (list $port .Values.tracing.peers) | fromYamlArray) -}}
{{- end -}}
{{- if $bucket.uri -}}
{{- $port := include "vanillanet.portOf" (list "models.bucket.endpoint" (default "https://amazonaws.com" $bucket.endpoint)) -}}
{{- $rules = concat $rules (include "vanillanet.egressRule" (list $port $bucket.peers) | fromYamlArray) -}}
{{- if not $bucket.existingSecret -}}
{{- /* Addresses at which EC2 and EKS give a pod its credentials. */ -}}
{{- $peers := list -}}
{{- range list "169.254.169.254/32" "169.254.170.23/32" "fd00:ec2::254/128" "fd00:ec2::23/128" -}}
{{- $peers = append $peers (dict "ipBlock" (dict "cidr" .)) -}}
{{- end -}}
{{- $rules = concat $rules (include "vanillanet.egressRule" (list 80 $peers) | fromYamlArray) -}}
{{- end -}}
{{- end -}}
{{- if or .Values.tracing.enabled $bucket.uri -}}
{{- $dns := list (dict "protocol" "UDP" "port" 53) (dict "protocol" "TCP" "port" 53) -}}
{{- $rules = append $rules (dict "ports" $dns) -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}
