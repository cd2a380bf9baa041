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
{{- printf "%s:%s" .Values.image.repository (default (printf "%s-%s" .Chart.AppVersion $flavor) .Values.image.tag) -}}
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

{{/* Kubernetes requires equal requests and limits for GPUs. */}}
{{- define "vanillanet.resources" -}}
{{- $resources := deepCopy .Values.resources -}}
{{- if .Values.gpu.enabled -}}
{{- $gpu := dict .Values.gpu.resourceName (int .Values.gpu.count) -}}
{{- $_ := set $resources "requests" (merge $gpu (default dict $resources.requests)) -}}
{{- $_ := set $resources "limits" (merge (deepCopy $gpu) (default dict $resources.limits)) -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end -}}

{{/* The 95th percentile of the time in the queue, in seconds. It is 0 without traffic, and empty if
     the pods are not scraped: a Prometheus failure is then an error and does not scale in. */}}
{{- define "vanillanet.queueWaitQuery" -}}
{{- $pods := printf "namespace=%q,service=%q" .Release.Namespace (include "vanillanet.fullname" .) -}}
(histogram_quantile(0.95, sum by (le) (rate(vanillanet_stage_seconds_bucket{ {{- $pods }},stage="queue"}[2m]))) >= 0) or (0 * sum(vanillanet_lanes{ {{- $pods }}}))
{{- end -}}
