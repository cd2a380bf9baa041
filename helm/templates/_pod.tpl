{{/* "true" if pods on several nodes can mount the models at the same time. */}}
{{- define "vanillanet.modelsShared" -}}
{{- $p := .Values.models.persistence -}}
{{- if not $p.enabled -}}
true
{{- else if or (has "ReadWriteMany" $p.accessModes) (and $p.existingClaim (has "ReadOnlyMany" $p.accessModes)) -}}
true
{{- end -}}
{{- end -}}

{{/* Replicas that the service always has. */}}
{{- define "vanillanet.minReplicas" -}}
{{- ternary .Values.replicas .Values.autoscaling.minReplicas (eq .Values.autoscaling.type "none") | int -}}
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

{{/* Without room for another pod, an old pod ends before a new one starts. */}}
{{- define "vanillanet.strategy" -}}
{{- $surge := include "vanillanet.surge" . | int -}}
{{- $rolls := or (gt $surge 0) (gt (include "vanillanet.minReplicas" . | int) 1) -}}
{{- if eq .Values.strategy.type "auto" | ternary $rolls (eq .Values.strategy.type "RollingUpdate") -}}
type: RollingUpdate
rollingUpdate:
  maxUnavailable: {{ ternary 0 1 (gt $surge 0) }}
  maxSurge: {{ $surge }}
{{- else -}}
type: Recreate
{{- end -}}
{{- end -}}

{{- define "vanillanet.graceSeconds" -}}
{{- $drain := .Values.drain -}}
{{- $needed := add (int $drain.preStopSeconds) (int $drain.delaySeconds) (int $drain.timeoutSeconds) 10 | int -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds -}}
{{- $needed -}}
{{- else if lt (int .Values.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, but preStop, delay, timeout and 10 s to close need %d. Raise it or leave it empty." (int .Values.terminationGracePeriodSeconds) $needed) -}}
{{- else -}}
{{- int .Values.terminationGracePeriodSeconds -}}
{{- end -}}
{{- end -}}

{{- define "vanillanet.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "vanillanet.nodeSelector" -}}
{{- $own := default dict .Values.nodeSelector -}}
{{- if .Values.gpu.enabled -}}
{{- $own = merge dict (default dict .Values.gpu.nodeSelector) $own -}}
{{- end -}}
{{- toYaml $own -}}
{{- end -}}

{{- define "vanillanet.tolerations" -}}
{{- $own := default list .Values.tolerations -}}
{{- if .Values.gpu.enabled -}}
{{- $own = concat (default list .Values.gpu.tolerations) $own -}}
{{- end -}}
{{- toYaml $own -}}
{{- end -}}
