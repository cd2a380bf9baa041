{{/* "true" if each training is a Kubernetes Job. Rejects values that cannot work. */}}
{{- define "vanillanet.trainsInJobs" -}}
{{- if eq .Values.training.executor "kubernetes" -}}
{{- if not .Values.training.jobs.existingClaim -}}
{{- fail "training.executor=kubernetes: the service and its Jobs share a volume. Name its claim in training.jobs.existingClaim." -}}
{{- end -}}
{{- if not (has "ReadWriteMany" .Values.training.jobs.accessModes) -}}
{{- fail "training.executor=kubernetes: a Job can run on any node. Add ReadWriteMany to training.jobs.accessModes." -}}
{{- end -}}
{{- if or (not .Values.models.persistence.enabled) .Values.models.persistence.readOnly (not (has "ReadWriteMany" .Values.models.persistence.accessModes)) -}}
{{- fail "training.executor=kubernetes: a Job writes to the volume with the models. models.persistence must be enabled and writable, with ReadWriteMany in accessModes." -}}
{{- end -}}
{{- if not (or .Values.serviceAccount.create .Values.serviceAccount.name) -}}
{{- fail "training.executor=kubernetes: the service account gets the right to create Jobs. Do not use the default account; name one in serviceAccount.name." -}}
{{- end -}}
{{- $trainsOnGpu := gt (int .Values.training.kubernetes.gpu.count) 0 -}}
{{- if and (or .Values.image.tag .Values.image.digest) (not .Values.training.kubernetes.image) (ne $trainsOnGpu .Values.gpu.enabled) -}}
{{- fail "training.executor=kubernetes: the service and its trainings use different devices and need different images, but image.tag or image.digest names one. Name the other in training.kubernetes.image." -}}
{{- end -}}
true
{{- end -}}
{{- end -}}

{{- define "vanillanet.trainingImage" -}}
{{- $flavor := ternary "gpu" "cpu" (gt (int .Values.training.kubernetes.gpu.count) 0) -}}
{{- default (include "vanillanet.imageOf" (list . $flavor)) .Values.training.kubernetes.image -}}
{{- end -}}

{{/* Labels that the service gives to the pods of its Jobs, see TrainingJob. */}}
{{- define "vanillanet.trainingSelector" -}}
app.kubernetes.io/name: vanillanet-training
app.kubernetes.io/instance: {{ include "vanillanet.fullname" . | quote }}
{{- end -}}

{{- define "vanillanet.trainingEnv" -}}
{{- if include "vanillanet.trainsInJobs" . -}}
{{- $k := .Values.training.kubernetes -}}
- name: VANILLANET_TRAINING_EXECUTOR
  value: kubernetes
- name: VANILLANET_TRAINING_KUBERNETES_IMAGE
  value: {{ include "vanillanet.trainingImage" . | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_IMAGE_PULL_POLICY
  value: {{ .Values.image.pullPolicy | quote }}
{{- with .Values.imagePullSecrets }}
{{- $names := list }}
{{- range . }}{{ $names = append $names .name }}{{ end }}
- name: VANILLANET_TRAINING_KUBERNETES_IMAGE_PULL_SECRETS
  value: {{ join "," $names | quote }}
{{- end }}
- name: VANILLANET_TRAINING_KUBERNETES_INSTANCE
  value: {{ include "vanillanet.fullname" . | quote }}
{{- with $k.serviceAccountName }}
- name: VANILLANET_TRAINING_KUBERNETES_SERVICE_ACCOUNT
  value: {{ . | quote }}
{{- end }}
{{- with $k.labels }}
- name: VANILLANET_TRAINING_KUBERNETES_LABELS
  value: {{ toJson . | quote }}
{{- end }}
{{- with $k.annotations }}
- name: VANILLANET_TRAINING_KUBERNETES_ANNOTATIONS
  value: {{ toJson . | include "vanillanet.literal" | replace "$" "$$" | quote }}
{{- end }}
{{- with $k.priorityClassName }}
- name: VANILLANET_TRAINING_KUBERNETES_PRIORITY_CLASS
  value: {{ . | quote }}
{{- end }}
{{- with $k.queueName }}
- name: VANILLANET_TRAINING_KUBERNETES_QUEUE_NAME
  value: {{ . | quote }}
{{- if not (dig "training" "concurrent" false $.Values.settings) }}
# Kueue limits how many run at the same time.
- name: VANILLANET_TRAINING_CONCURRENT
  value: "16"
{{- end }}
{{- end }}
{{- if kindIs "bool" $k.suspend }}
- name: VANILLANET_TRAINING_KUBERNETES_SUSPEND
  value: {{ $k.suspend | quote }}
{{- end }}
- name: VANILLANET_TRAINING_KUBERNETES_STOP_GRACE
  value: {{ printf "%ds" (int $k.terminationGracePeriodSeconds) }}
{{- with $k.gpu.runtimeClassName }}
- name: VANILLANET_TRAINING_KUBERNETES_RUNTIME_CLASS
  value: {{ . | quote }}
{{- end }}
- name: VANILLANET_TRAINING_KUBERNETES_GPU_RESOURCE
  value: {{ $k.gpu.resourceName | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_GPU_COUNT
  value: {{ int $k.gpu.count | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_RESOURCES
  value: {{ include "vanillanet.requestsAndLimits" (list "training.kubernetes.resources" $k.resources (dict "requests" dict "limits" dict)) | fromYaml | toJson | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_NODE_SELECTOR
  value: {{ toJson (default dict $k.nodeSelector) | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_TOLERATIONS
  value: {{ toJson (default list $k.tolerations) | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_JOBS_CLAIM
  value: {{ .Values.training.jobs.existingClaim | quote }}
- name: VANILLANET_TRAINING_KUBERNETES_JOBS_MOUNT
  value: /var/lib/vanillanet
- name: VANILLANET_TRAINING_KUBERNETES_REPOSITORY_CLAIM
  value: {{ include "vanillanet.modelsClaim" . | quote }}
{{- with .Values.training.data.existingClaim }}
- name: VANILLANET_TRAINING_KUBERNETES_DATA_CLAIM
  value: {{ . | quote }}
{{- end }}
- name: VANILLANET_TRAINING_KUBERNETES_KEEP_FINISHED
  value: {{ printf "%ds" (int $k.ttlSecondsAfterFinished) }}
{{- with $k.activeDeadlineSeconds }}
- name: VANILLANET_TRAINING_KUBERNETES_DEADLINE
  value: {{ printf "%ds" (int .) }}
{{- end }}
- name: VANILLANET_TRAINING_KUBERNETES_STUCK_AFTER
  value: {{ printf "%ds" (int $k.stuckAfterSeconds) }}
{{- end -}}
{{- end -}}
