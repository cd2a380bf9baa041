{{- define "vanillanet.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "vanillanet.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "vanillanet.labels" -}}
{{ include "vanillanet.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "vanillanet.image" -}}
{{- $flavor := ternary "gpu" "cpu" .Values.gpu.enabled -}}
{{- include "vanillanet.imageOf" (list . $flavor) -}}
{{- end -}}

{{/* The image of a flavor: (list ROOT FLAVOR). A digest replaces the tag. */}}
{{- define "vanillanet.imageOf" -}}
{{- $root := index . 0 -}}
{{- $image := $root.Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default (printf "%s-%s" $root.Chart.AppVersion (index . 1)) $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "vanillanet.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "vanillanet.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "vanillanet.modelsClaim" -}}
{{- default (printf "%s-models" (include "vanillanet.fullname" .)) .Values.models.persistence.existingClaim -}}
{{- end -}}

{{/* "true" if pods on several nodes can mount the models at the same time. */}}
{{- define "vanillanet.modelsShared" -}}
{{- $p := .Values.models.persistence -}}
{{- if not $p.enabled -}}
true
{{- else if or (has "ReadWriteMany" $p.accessModes) (and $p.existingClaim (has "ReadOnlyMany" $p.accessModes)) -}}
true
{{- end -}}
{{- end -}}

{{- define "vanillanet.graceSeconds" -}}
{{- $needed := add .Values.drain.preStopSeconds .Values.drain.delaySeconds .Values.drain.timeoutSeconds 10 | int -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds -}}
{{- $needed -}}
{{- else if lt (int .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, but preStop, delay, timeout and 10 s to close need %d. Raise it or leave it empty." (int .Values.terminationGracePeriodSeconds) $needed) -}}
{{- else -}}
{{- int .Values.terminationGracePeriodSeconds -}}
{{- end -}}
{{- end -}}

{{/* Number of extra pods during an update: none if only one pod may use a volume. */}}
{{- define "vanillanet.surge" -}}
{{- if or (not (include "vanillanet.modelsShared" .)) .Values.training.jobs.existingClaim -}}
0
{{- else if .Values.gpu.enabled -}}
{{- div (int .Values.gpu.spare) (int .Values.gpu.count) -}}
{{- else -}}
1
{{- end -}}
{{- end -}}

{{- define "vanillanet.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Replicas that the service always has. */}}
{{- define "vanillanet.minReplicas" -}}
{{- ternary .Values.replicas .Values.autoscaling.minReplicas (eq .Values.autoscaling.type "none") -}}
{{- end -}}

{{/* A quantity such as 500m or 4Gi as a number. */}}
{{- define "vanillanet.quantity" -}}
{{- $text := toString . -}}
{{- $unit := regexFind "[A-Za-z]+$" $text -}}
{{- $factors := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- mulf (float64 (trimSuffix $unit $text)) (get $factors $unit) -}}
{{- end -}}

{{/* Requests and limits: (list VALUES-PATH RESOURCES DEFAULTS). An empty request or limit is equal to
     the other one, and has the default if both are empty. */}}
{{- define "vanillanet.requestsAndLimits" -}}
{{- $path := index . 0 -}}
{{- $resources := default dict (index . 1) -}}
{{- $requests := deepCopy (default dict $resources.requests) -}}
{{- $limits := deepCopy (default dict $resources.limits) -}}
{{- $defaults := index . 2 -}}
{{- range $name, $default := $defaults.requests -}}
{{- $request := get $requests $name | toString -}}
{{- $limit := get $limits $name | toString -}}
{{- if and (hasKey $requests $name) (eq $request "") -}}
{{- $_ := set $requests $name (default $default $limit) -}}
{{- end -}}
{{- if and (hasKey $limits $name) (eq $limit "") -}}
{{- $_ := set $limits $name (default (get $defaults.limits $name) $request) -}}
{{- end -}}
{{- end -}}
{{- range $name, $limit := $limits -}}
{{- $request := get $requests $name | toString -}}
{{- if and $request (gt (include "vanillanet.quantity" $request | float64) (include "vanillanet.quantity" $limit | float64)) -}}
{{- fail (printf "%s: the request of %s for %s is above its limit of %s." $path $request $name (toString $limit)) -}}
{{- end -}}
{{- end -}}
{{- dict "requests" $requests "limits" $limits | toYaml -}}
{{- end -}}

{{/* Kubernetes requires equal requests and limits for GPUs. */}}
{{- define "vanillanet.resources" -}}
{{- $count := int .Values.gpu.count -}}
{{- $cpu := toString (ternary (mul 4 $count) 2 .Values.gpu.enabled) -}}
{{- $memory := ternary "4Gi" "2Gi" .Values.gpu.enabled -}}
{{- $memoryLimit := ternary "8Gi" "4Gi" .Values.gpu.enabled -}}
{{- $defaults := dict "requests" (dict "cpu" $cpu "memory" $memory) "limits" (dict "cpu" $cpu "memory" $memoryLimit) -}}
{{- $resources := include "vanillanet.requestsAndLimits" (list "resources" .Values.resources $defaults) | fromYaml -}}
{{- if .Values.gpu.enabled -}}
{{- range list "requests" "limits" -}}
{{- $_ := set (get $resources .) $.Values.gpu.resourceName $count -}}
{{- end -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end -}}

{{/* Outgoing connections that the values need, as a list of rules. */}}
{{- define "vanillanet.egress" -}}
{{- $rules := .Values.networkPolicy.egress -}}
{{- $needed := list -}}
{{- if .Values.tracing.enabled -}}
{{- $needed = append $needed (list .Values.tracing.endpoint .Values.tracing.peers) -}}
{{- end -}}
{{- if .Values.models.bucket.uri -}}
{{- $needed = append $needed (list (default "https://amazonaws.com" .Values.models.bucket.endpoint) .Values.models.bucket.peers) -}}
{{- end -}}
{{- range $needed -}}
{{- $url := urlParse (index . 0) -}}
{{- $port := default (ternary "443" "80" (eq $url.scheme "https")) (regexFind ":[0-9]+$" $url.host | trimPrefix ":") -}}
{{- $rule := dict "ports" (list (dict "protocol" "TCP" "port" (int $port))) -}}
{{- with index . 1 -}}
{{- $_ := set $rule "to" . -}}
{{- end -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- if $needed -}}
{{- $rules = append $rules (dict "ports" (list (dict "protocol" "UDP" "port" 53) (dict "protocol" "TCP" "port" 53))) -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}

{{/* The gRPC port; empty if it is disabled. */}}
{{- define "vanillanet.grpcPort" -}}
{{- with .Values.settings.grpc }}{{ if .enabled }}{{ default 8001 .port }}{{ end }}{{ end }}
{{- end }}
