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
{{- if and .Values.models.bucket.uri (or .Values.models.import $persistence.enabled) -}}
{{- fail "models.bucket excludes models.import and models.persistence: the bucket has the models. Upload them with the command push." -}}
{{- end -}}
{{- if and .Values.training.jobs.existingClaim $several -}}
{{- fail "Only one replica can use the volume with the jobs. training.jobs.existingClaim allows one replica and no autoscaling." -}}
{{- end -}}
{{- if and $scaled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- fail "autoscaling.maxReplicas must not be less than autoscaling.minReplicas." -}}
{{- end -}}
{{- include "vanillanet.requireScaling" . -}}
{{- $jobs := default dict .Values.training.kubernetes -}}
{{- range list .Values.gpu (default dict $jobs.gpu) -}}
{{- if and (contains "/mig-" (default "" .resourceName)) (gt (int .count) 1) -}}
{{- fail (printf "gpu: a process uses one MIG slice only, but count is %d. Set count to 1 and choose a larger slice or more replicas." (int .count)) -}}
{{- end -}}
{{- end -}}
{{- if .Values.gpu.enabled -}}
{{- range regexFindAll "[0-9]+" .Values.settings.device -1 -}}
{{- if ge (int .) (int $.Values.gpu.count) -}}
{{- fail (printf "settings.device: cuda:%s does not exist. The pod has gpu.count=%d, so the last device is cuda:%d." . (int $.Values.gpu.count) (sub (int $.Values.gpu.count) 1)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.tracing.enabled (not .Values.tracing.endpoint) -}}
{{- fail "tracing.enabled needs a collector. Set tracing.endpoint." -}}
{{- end -}}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" -}}
{{- if hasKey (default dict $.Values.podLabels) . -}}
{{- fail (printf "podLabels: %s selects the pods. Remove it from podLabels." .) -}}
{{- end -}}
{{- end -}}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/managed-by" "vanillanet.io/training" "kueue.x-k8s.io/queue-name" -}}
{{- if hasKey (default dict $jobs.labels) . -}}
{{- fail (printf "training.kubernetes.labels: the service sets %s. Remove it; queueName names a queue of Kueue." .) -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.extraInitContainers -}}
{{- if has .name $names -}}
{{- fail (printf "extraInitContainers: the name %s occurs twice." .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
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

{{/* Rejects autoscaling that cannot work. */}}
{{- define "vanillanet.requireScaling" -}}
{{- $scaling := .Values.autoscaling -}}
{{- if ne $scaling.type "none" -}}
{{- if and .Values.serviceMonitor.enabled (gt (include "vanillanet.millis" .Values.serviceMonitor.interval | int) 20000) -}}
{{- fail "autoscaling: the queries look back 1 minute and need three scrapes. serviceMonitor.interval must be at most 20s." -}}
{{- end -}}
{{- if eq (int $scaling.minReplicas) 0 -}}
{{- if ne $scaling.type "keda" -}}
{{- fail "autoscaling.minReplicas: only KEDA can scale to zero. Set autoscaling.type to keda, or minReplicas to 1." -}}
{{- end -}}
{{- $outside := list -}}
{{- range $scaling.keda.triggers -}}
{{- if not (include "vanillanet.ownTrigger" (list $ .)) -}}
{{- $outside = append $outside .type -}}
{{- end -}}
{{- end -}}
{{- if not $outside -}}
{{- fail "autoscaling.minReplicas: without pods there are no metrics of them, so zero replicas would never become one. Add a trigger to autoscaling.keda.triggers that does not come from the pods, such as the requests at the ingress, or set minReplicas to 1." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* "true" if a trigger of KEDA depends on the pods of this release: (list ROOT TRIGGER). */}}
{{- define "vanillanet.ownTrigger" -}}
{{- $trigger := index . 1 -}}
{{- $metadata := toJson (default dict $trigger.metadata) -}}
{{- $ofService := regexMatch "\\b(vanillanet_|nv_inference_|nv_gpu_|ts_inference_|ts_queue_|request_(preprocess|predict|postprocess)_)" $metadata -}}
{{- $ofProcess := regexMatch "\\b(http_server_|jvm_|process_|container_|kube_pod_|DCGM_)" $metadata -}}
{{- $namesRelease := contains (include "vanillanet.fullname" (index . 0)) $metadata -}}
{{- if has $trigger.type (list "cpu" "memory") -}}
true
{{- else if or $ofService (and $ofProcess $namesRelease) -}}
true
{{- else if and (eq $trigger.type "kubernetes-workload") $namesRelease -}}
true
{{- end -}}
{{- end -}}
