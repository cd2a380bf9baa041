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
{{- fail (printf "%s: the request of %s for %s is above its limit of %s. Lower the request or raise the limit." $path $request $name (toString $limit)) -}}
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
