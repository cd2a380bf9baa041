{{/* Converts a duration such as 15s to milliseconds. */}}
{{- define "vanillanet.millis" -}}
{{- $factor := get (dict "ms" 1 "s" 1000 "m" 60000) (regexFind "[a-z]+$" .) -}}
{{- mul (regexFind "^[0-9]+" . | int64) $factor -}}
{{- end -}}

{{/* Rejects monitoring and autoscaling that cannot work. */}}
{{- define "vanillanet.requireScaling" -}}
{{- $scaling := .Values.autoscaling -}}
{{- $monitor := .Values.serviceMonitor -}}
{{- $interval := include "vanillanet.millis" $monitor.interval | int64 -}}
{{- if gt (include "vanillanet.millis" $monitor.scrapeTimeout | int64) $interval -}}
{{- fail "serviceMonitor.scrapeTimeout must not be longer than serviceMonitor.interval." -}}
{{- end -}}
{{- if ne $scaling.type "none" -}}
{{- if lt (int $scaling.maxReplicas) (int $scaling.minReplicas) -}}
{{- fail "autoscaling.maxReplicas must not be less than autoscaling.minReplicas." -}}
{{- end -}}
{{- if and $monitor.enabled (gt $interval (int64 20000)) -}}
{{- fail "autoscaling: the queries look back 1 minute and need three scrapes. serviceMonitor.interval must be at most 20s." -}}
{{- end -}}
{{- $queue := default 64 .Values.settings.queueCapacity | int -}}
{{- if ge (int $scaling.burstImages) $queue -}}
{{- fail (printf "autoscaling.burstImages: %d images never wait, because the queue has %d places. Choose a smaller number, or leave it empty." (int $scaling.burstImages) $queue) -}}
{{- end -}}
{{- if eq (int $scaling.minReplicas) 0 -}}
{{- include "vanillanet.requireOutsideTrigger" . -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range $scaling.keda.triggers -}}
{{- with .name -}}
{{- $names = append $names . -}}
{{- end -}}
{{- end -}}
{{- include "vanillanet.requireUnique" (list "autoscaling.keda.triggers" $names) -}}
{{- end -}}

{{/* Without pods, their metrics do not exist, so they cannot start the first pod. */}}
{{- define "vanillanet.requireOutsideTrigger" -}}
{{- $scaling := .Values.autoscaling -}}
{{- if ne $scaling.type "keda" -}}
{{- fail "autoscaling.minReplicas: only KEDA can scale to zero. Set autoscaling.type to keda, or minReplicas to 1." -}}
{{- end -}}
{{- $outside := false -}}
{{- range $scaling.keda.triggers -}}
{{- if not (include "vanillanet.ownTrigger" (list $ .)) -}}
{{- $outside = true -}}
{{- end -}}
{{- end -}}
{{- if not $outside -}}
{{- fail "autoscaling.minReplicas: without pods there are no metrics of them, so zero replicas would never become one. Add a trigger to autoscaling.keda.triggers that does not come from the pods, such as the requests at the ingress, or set minReplicas to 1." -}}
{{- end -}}
{{- end -}}

{{/* "true" if a trigger of KEDA depends on the pods of this release: (list ROOT TRIGGER). */}}
{{- define "vanillanet.ownTrigger" -}}
{{- $root := index . 0 -}}
{{- $trigger := index . 1 -}}
{{- $metadata := default dict $trigger.metadata -}}
{{- $name := include "vanillanet.fullname" $root -}}
{{- if has $trigger.type (list "cpu" "memory") -}}
true
{{- else if eq $trigger.type "prometheus" -}}
{{- include "vanillanet.ownQuery" (list $root (default "" $metadata.query)) -}}
{{- else if eq $trigger.type "kubernetes-workload" -}}
{{- include "vanillanet.ownPods" (list $root (default "" $metadata.podSelector)) -}}
{{- else if has $trigger.type (list "metrics-api" "external" "external-push") -}}
{{- $address := default (default "" $metadata.url) $metadata.scalerAddress -}}
{{- if regexMatch (printf `^([a-z]+://)?%s([.:/]|$)` $name) $address -}}
true
{{- end -}}
{{- else if has $trigger.type (list "datadog" "dynatrace" "graphite" "influxdb" "new-relic" "azure-monitor" "azure-log-analytics" "aws-cloudwatch" "gcp-stackdriver" "elasticsearch" "loki") -}}
{{- if regexMatch `\bvanillanet[._]` (toJson $metadata) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}

{{/* "true" if a selector of labels may select the pods of this release: (list ROOT SELECTOR). */}}
{{- define "vanillanet.ownPods" -}}
{{- $root := index . 0 -}}
{{- $labels := merge (include "vanillanet.selector" $root | fromYaml) (default dict $root.Values.podLabels) -}}
{{- $own := true -}}
{{- range regexFindAll `(^|,)\s*[^\s,=!()]+(\s*==?\s*[^\s,=!()]+|\s+in\s*\([^)]*\))` (index . 1) -1 -}}
{{- $condition := trimPrefix "," . | trim -}}
{{- $key := regexFind `^[^\s=]+` $condition -}}
{{- $values := regexFindAll `[^\s,()]+` (regexReplaceAll `^\s*(in\b|==?)` (trimPrefix $key $condition) "") -1 -}}
{{- $own = and $own (has (get $labels $key) $values) -}}
{{- end -}}
{{- if $own -}}
true
{{- end -}}
{{- end -}}
