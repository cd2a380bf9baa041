{{/* Milliseconds of a time such as 15s. */}}
{{- define "vanillanet.millis" -}}
{{- if hasSuffix "ms" . -}}
{{- trimSuffix "ms" . -}}
{{- else if hasSuffix "s" . -}}
{{- trimSuffix "s" . }}000
{{- else -}}
{{- mul (trimSuffix "m" . | int) 60000 -}}
{{- end -}}
{{- end -}}

{{/* Refuses values that are right one by one and cannot work together. */}}
{{- define "vanillanet.requireValues" -}}
{{- $scaled := ne .Values.autoscaling.type "none" -}}
{{- $several := or $scaled (gt (int .Values.replicas) 1) -}}
{{- $persistence := .Values.models.persistence -}}
{{- if and $several (not (include "vanillanet.modelsShared" .)) -}}
{{- fail "several replicas share the models: models.persistence.accessModes must have ReadWriteMany" -}}
{{- end -}}
{{- if and $persistence.enabled $persistence.readOnly (not $persistence.existingClaim) -}}
{{- fail "models.persistence.readOnly: nobody could fill the claim that the chart makes, name one in existingClaim" -}}
{{- end -}}
{{- if and .Values.models.import (not .Values.models.checkpoints.existingClaim) -}}
{{- fail "models.import reads from models.checkpoints.existingClaim, which is empty" -}}
{{- end -}}
{{- if and .Values.models.import $persistence.readOnly -}}
{{- fail "models.import writes to the models' volume, which models.persistence.readOnly forbids" -}}
{{- end -}}
{{- if and .Values.training.jobs.existingClaim $several -}}
{{- fail "jobs belong to one process: training.jobs.existingClaim allows one replica" -}}
{{- end -}}
{{- if and $scaled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- fail "autoscaling.maxReplicas is below autoscaling.minReplicas" -}}
{{- end -}}
{{- $wait := .Values.autoscaling.queueWait -}}
{{- if and $scaled (ge (mul $wait.budgetMillis $wait.targetPercent | int) 23200) -}}
{{- fail "autoscaling.queueWait: the histogram of the time in the queue ends at 256 ms, and an autoscaler acts from 10 % above its target, so targetPercent of budgetMillis must be less than 232 ms" -}}
{{- end -}}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" -}}
{{- if hasKey $.Values.podLabels . -}}
{{- fail (printf "podLabels: %s selects the pods and cannot be another" .) -}}
{{- end -}}
{{- end -}}
{{- $monitor := .Values.serviceMonitor -}}
{{- if gt (include "vanillanet.millis" $monitor.scrapeTimeout | int) (include "vanillanet.millis" $monitor.interval | int) -}}
{{- fail "serviceMonitor.scrapeTimeout is longer than serviceMonitor.interval, which Prometheus refuses" -}}
{{- end -}}
{{- if and .Values.admin.existingSecret .Values.admin.users -}}
{{- fail "admin.users would be ignored: admin.existingSecret holds the users" -}}
{{- end -}}
{{- if and .Values.admin.jwt.existingSecret .Values.admin.jwt.publicKey -}}
{{- fail "admin.jwt.publicKey would be ignored: admin.jwt.existingSecret holds the key" -}}
{{- end -}}
{{- end -}}
