{{/* "true" if a query of Prometheus depends on the pods of this release: (list ROOT QUERY). It does if
     one of its metrics is one of the service's, or if it is one that every process or container has
     and no label excludes the pods. */}}
{{- define "vanillanet.ownQuery" -}}
{{- $root := index . 0 -}}
{{- $query := index . 1 -}}
{{- $string := "\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'|`[^`]*`" -}}
{{- $names := regexReplaceAll $string $query "''" -}}
{{- $excluded := false -}}
{{- range regexFindAll (printf `\w+\s*(=~|!~|!=|=)\s*(%s)` $string) $query -1 -}}
{{- $label := regexFind `^\w+` . -}}
{{- $operator := regexFind `=~|!~|!=|=` . -}}
{{- $value := regexFind $string . | trimAll "\"'`" | replace `\\` `\` -}}
{{- $pattern := printf "^(?:%s)$" (ternary $value (regexQuoteMeta $value) (hasSuffix "~" $operator)) -}}
{{- $negative := hasPrefix "!" $operator -}}
{{- if eq $label "__name__" -}}
{{- range prepend (list "vanillanet_lanes" "vanillanet_inflight_images" "vanillanet_requests_total" "vanillanet_busy_pods" "up" "http_server_requests_seconds_count" "jvm_memory_used_bytes" "container_cpu_usage_seconds_total" "kube_pod_info") $value -}}
{{- if ne (regexMatch $pattern .) $negative -}}
{{- $names = printf "%s %s" $names . -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- $ours := get (include "vanillanet.ownSeries" $root | fromYaml) (trimPrefix "exported_" $label) | default list -}}
{{- $matches := false -}}
{{- range $ours -}}
{{- $matches = or $matches (regexMatch $pattern .) -}}
{{- end -}}
{{- $excluded = or $excluded (and $ours (eq $matches $negative)) -}}
{{- end -}}
{{- end -}}
{{- $ofService := regexMatch `\b(vanillanet_|nv_inference_|nv_gpu_|ts_inference_|ts_queue_|request_(preprocess|predict|postprocess)_)` $names -}}
{{- $ofProcess := regexMatch `\b(up\b|scrape_|http_server_|http_client_|jvm_|process_|system_|netty_|worker_pool_|executor_|container_|kube_(pod|deployment|replicaset|endpoint|horizontalpodautoscaler)_|DCGM_)` $names -}}
{{- $anonymous := and (not (contains "__name__" $query)) (regexMatch `(^|[^\w:])\{` $names) -}}
{{- if or $ofService (and (or $ofProcess $anonymous) (not $excluded)) -}}
true
{{- end -}}
{{- end -}}

{{/* Labels of the series of this release's pods, with examples of their values. */}}
{{- define "vanillanet.ownSeries" -}}
{{- $name := include "vanillanet.fullname" . -}}
{{- $applications := list $name .Release.Name (default .Chart.Name .Values.nameOverride) | toJson -}}
{{- range list "service" "job" "deployment" "workload" "horizontalpodautoscaler" "app" "application" "app_kubernetes_io_name" "app_kubernetes_io_instance" }}
{{ . }}: {{ $applications }}
{{- end }}
namespace: {{ list .Release.Namespace | toJson }}
container: [serving]
pod: {{ list (printf "%s-5d8f7c9b4d-x2v9k" $name) | toJson }}
replicaset: {{ list (printf "%s-5d8f7c9b4d" $name) | toJson }}
{{- end -}}
