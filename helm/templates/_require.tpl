{{/* Converts a duration such as 15s to milliseconds. */}}
{{- define "vanillanet.millis" -}}
{{- if hasSuffix "ms" . -}}
{{- trimSuffix "ms" . -}}
{{- else if hasSuffix "s" . -}}
{{- trimSuffix "s" . }}000
{{- else -}}
{{- mul (trimSuffix "m" . | int) 60000 -}}
{{- end -}}
{{- end -}}

{{/* Rejects combinations of valid values that cannot work together. */}}
{{- define "vanillanet.requireValues" -}}
{{- $scaled := ne .Values.autoscaling.type "none" -}}
{{- $several := or $scaled (gt (int .Values.replicas) 1) -}}
{{- $persistence := .Values.models.persistence -}}
{{- if and $several (not (include "vanillanet.modelsShared" .)) -}}
{{- fail "Several replicas share the volume with the models. Add ReadWriteMany to models.persistence.accessModes." -}}
{{- end -}}
{{- if and $persistence.enabled $persistence.readOnly (not $persistence.existingClaim) -}}
{{- fail "models.persistence.readOnly needs a claim that already contains models. Name it in models.persistence.existingClaim." -}}
{{- end -}}
{{- if and .Values.models.import (not .Values.models.checkpoints.existingClaim) -}}
{{- fail "models.import reads checkpoints from a claim. Name it in models.checkpoints.existingClaim." -}}
{{- end -}}
{{- if and .Values.models.import $persistence.readOnly -}}
{{- fail "models.import writes to the volume with the models. Set models.persistence.readOnly to false." -}}
{{- end -}}
{{- if and .Values.training.jobs.existingClaim $several -}}
{{- fail "Only one replica can use the volume with the jobs. training.jobs.existingClaim allows one replica and no autoscaling." -}}
{{- end -}}
{{- if and $scaled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- fail "autoscaling.maxReplicas must not be less than autoscaling.minReplicas." -}}
{{- end -}}
{{- $wait := .Values.autoscaling.queueWait -}}
{{- if and $scaled (ge (mul $wait.budgetMillis $wait.targetPercent | int) 23200) -}}
{{- fail "autoscaling.queueWait: targetPercent of budgetMillis must be less than 232 ms. The histogram of the queue time ends at 256 ms, and an autoscaler acts at 10 % above its target." -}}
{{- end -}}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" -}}
{{- if hasKey $.Values.podLabels . -}}
{{- fail (printf "podLabels: %s selects the pods. Remove it from podLabels." .) -}}
{{- end -}}
{{- end -}}
{{- $monitor := .Values.serviceMonitor -}}
{{- if gt (include "vanillanet.millis" $monitor.scrapeTimeout | int) (include "vanillanet.millis" $monitor.interval | int) -}}
{{- fail "serviceMonitor.scrapeTimeout must not be longer than serviceMonitor.interval." -}}
{{- end -}}
{{- if and .Values.admin.existingSecret .Values.admin.users -}}
{{- fail "admin.users and admin.existingSecret exclude each other. Set one of them." -}}
{{- end -}}
{{- if and .Values.admin.jwt.existingSecret .Values.admin.jwt.publicKey -}}
{{- fail "admin.jwt.publicKey and admin.jwt.existingSecret exclude each other. Set one of them." -}}
{{- end -}}
{{- end -}}
