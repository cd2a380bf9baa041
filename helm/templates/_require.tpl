{{/* Rejects combinations of valid values that cannot work together. Each message says what to do. */}}
{{- define "vanillanet.requireValues" -}}
{{- include "vanillanet.requireModels" . -}}
{{- include "vanillanet.requireDevices" . -}}
{{- include "vanillanet.requireExtras" . -}}
{{- include "vanillanet.requireAccess" . -}}
{{- include "vanillanet.requireScaling" . -}}
{{- end -}}

{{/* Fails if a name occurs twice: (list VALUES-PATH NAMES). */}}
{{- define "vanillanet.requireUnique" -}}
{{- $path := index . 0 -}}
{{- $seen := list -}}
{{- range index . 1 -}}
{{- if has . $seen -}}
{{- fail (printf "%s: %s occurs twice. Use it once." $path .) -}}
{{- end -}}
{{- $seen = append $seen . -}}
{{- end -}}
{{- end -}}

{{/* Models and volumes. */}}
{{- define "vanillanet.requireModels" -}}
{{- $models := .Values.models -}}
{{- $persistence := $models.persistence -}}
{{- $modes := $persistence.accessModes -}}
{{- $several := or (ne .Values.autoscaling.type "none") (gt (int .Values.replicas) 1) -}}
{{- if and $several (not (include "vanillanet.modelsShared" .)) -}}
{{- fail "Several replicas share the volume with the models. Add ReadWriteMany to models.persistence.accessModes." -}}
{{- end -}}
{{- if and $persistence.existingClaim (not $persistence.enabled) -}}
{{- fail "models.persistence.existingClaim has no effect while models.persistence.enabled is false. Set enabled to true, or remove the claim." -}}
{{- end -}}
{{- if and $persistence.readOnly (not $persistence.existingClaim) -}}
{{- fail "models.persistence.readOnly needs a claim that already contains models. Name it in models.persistence.existingClaim." -}}
{{- end -}}
{{- if and $persistence.enabled (not $persistence.readOnly) (not (without $modes "ReadOnlyMany")) -}}
{{- fail "models.persistence: a volume that is only ReadOnlyMany cannot be written. Set readOnly to true, or add a writable mode to accessModes." -}}
{{- end -}}
{{- if and (has "ReadWriteOncePod" $modes) (gt (len $modes) 1) -}}
{{- fail "models.persistence.accessModes: Kubernetes does not combine ReadWriteOncePod with other modes. Remove it or the others." -}}
{{- end -}}
{{- if and $models.import (not $models.checkpoints.existingClaim) -}}
{{- fail "models.import reads checkpoints from a claim. Name it in models.checkpoints.existingClaim." -}}
{{- end -}}
{{- if and $models.import $persistence.readOnly -}}
{{- fail "models.import writes to the volume with the models. Set models.persistence.readOnly to false." -}}
{{- end -}}
{{- $names := list -}}
{{- range $models.import -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- include "vanillanet.requireUnique" (list "models.import" $names) -}}
{{- if and $models.bucket.uri (or $models.import $persistence.enabled) -}}
{{- fail "models.bucket excludes models.import and models.persistence: the bucket has the models. Upload them with the command push." -}}
{{- end -}}
{{- if and .Values.training.jobs.existingClaim $several -}}
{{- fail "Only one replica can use the volume with the jobs. training.jobs.existingClaim allows one replica and no autoscaling." -}}
{{- end -}}
{{- end -}}

{{/* GPUs and the devices that compute. */}}
{{- define "vanillanet.requireDevices" -}}
{{- $jobs := default dict .Values.training.kubernetes -}}
{{- $gpus := dict "gpu" .Values.gpu "training.kubernetes.gpu" (default dict $jobs.gpu) -}}
{{- range $path, $gpu := $gpus -}}
{{- if and (contains "/mig-" (default "" $gpu.resourceName)) (gt (int $gpu.count) 1) -}}
{{- fail (printf "%s: a process uses one MIG slice only, but count is %d. Set count to 1 and choose a larger slice." $path (int $gpu.count)) -}}
{{- end -}}
{{- end -}}
{{- $device := default "" .Values.settings.device -}}
{{- if .Values.gpu.enabled -}}
{{- range regexFindAll "[0-9]+" $device -1 -}}
{{- if ge (int .) (int $.Values.gpu.count) -}}
{{- fail (printf "settings.device: cuda:%s does not exist. The pod has gpu.count=%d, so the last device is cuda:%d." . (int $.Values.gpu.count) (sub (int $.Values.gpu.count) 1)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Images, and labels, annotations, containers and volumes that values add. */}}
{{- define "vanillanet.requireExtras" -}}
{{- include "vanillanet.requireVersion" (list "image.tag" (printf ":%s" (default "" .Values.image.tag))) -}}
{{- include "vanillanet.requireVersion" (list "training.kubernetes.image" (dig "kubernetes" "image" "" .Values.training | default "")) -}}
{{- range $name, $_ := include "vanillanet.selector" . | fromYaml -}}
{{- if hasKey (default dict $.Values.podLabels) $name -}}
{{- fail (printf "podLabels: %s selects the pods. Remove it from podLabels." $name) -}}
{{- end -}}
{{- end -}}
{{- if hasKey (default dict .Values.podAnnotations) "checksum/secret" -}}
{{- fail "podAnnotations: the chart sets checksum/secret. Remove it from podAnnotations." -}}
{{- end -}}
{{- range $name, $_ := include "vanillanet.labels" . | fromYaml -}}
{{- if hasKey (default dict $.Values.serviceMonitor.labels) $name -}}
{{- fail (printf "serviceMonitor.labels: the chart sets %s. Remove it from serviceMonitor.labels." $name) -}}
{{- end -}}
{{- end -}}
{{- $jobLabels := default dict (default dict .Values.training.kubernetes).labels -}}
{{- range list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/managed-by" "vanillanet.io/training" "kueue.x-k8s.io/queue-name" -}}
{{- if hasKey $jobLabels . -}}
{{- fail (printf "training.kubernetes.labels: the service sets %s. Remove it; queueName names a queue of Kueue." .) -}}
{{- end -}}
{{- end -}}
{{- $containers := list -}}
{{- range .Values.extraInitContainers -}}
{{- if regexMatch "^(import-[0-9]+|serving)$" .name -}}
{{- fail (printf "extraInitContainers: the chart uses the name %s. Choose another one." .name) -}}
{{- end -}}
{{- include "vanillanet.requireVersion" (list "extraInitContainers" .image) -}}
{{- $containers = append $containers .name -}}
{{- end -}}
{{- include "vanillanet.requireUnique" (list "extraInitContainers" $containers) -}}
{{- $volumes := list -}}
{{- range include "vanillanet.volumes" . | fromYamlArray -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- include "vanillanet.requireUnique" (list "extraVolumes" $volumes) -}}
{{- include "vanillanet.requireMounts" (list "extraVolumeMounts" (include "vanillanet.volumeMounts" . | fromYamlArray) $volumes) -}}
{{- range .Values.extraInitContainers -}}
{{- include "vanillanet.requireMounts" (list "extraInitContainers" .volumeMounts $volumes) -}}
{{- end -}}
{{- end -}}

{{/* Rejects an image that changes without a change of the values: (list VALUES-PATH IMAGE). */}}
{{- define "vanillanet.requireVersion" -}}
{{- if hasSuffix ":latest" (index . 1) -}}
{{- fail (printf "%s: the tag latest cannot be rolled back. Name a version or a digest." (index . 0)) -}}
{{- end -}}
{{- end -}}

{{/* Mounts of a container: (list VALUES-PATH MOUNTS VOLUMES). */}}
{{- define "vanillanet.requireMounts" -}}
{{- $path := index . 0 -}}
{{- $volumes := index . 2 -}}
{{- $folders := list -}}
{{- range index . 1 -}}
{{- if not (has .name $volumes) -}}
{{- fail (printf "%s: the pod has no volume %s, only %s. Use one of them or add it to extraVolumes." $path .name (join ", " $volumes)) -}}
{{- end -}}
{{- $folders = append $folders .mountPath -}}
{{- end -}}
{{- include "vanillanet.requireUnique" (list $path $folders) -}}
{{- end -}}

{{/* Ports, tracing and administrators. */}}
{{- define "vanillanet.requireAccess" -}}
{{- with include "vanillanet.grpcPort" . -}}
{{- if eq (int .) 8080 -}}
{{- fail "settings.grpc.port: 8080 is the port of HTTP. Choose another one." -}}
{{- end -}}
{{- if eq (int .) (int $.Values.service.port) -}}
{{- fail (printf "service.port and settings.grpc.port are both %s. Choose different ports." .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.tracing.enabled (not .Values.tracing.endpoint) -}}
{{- fail "tracing.enabled needs a collector. Set tracing.endpoint." -}}
{{- end -}}
{{- $admin := .Values.admin -}}
{{- if and $admin.existingSecret $admin.users -}}
{{- fail "admin.users and admin.existingSecret exclude each other. Set one of them." -}}
{{- end -}}
{{- if and $admin.jwt.existingSecret $admin.jwt.publicKey -}}
{{- fail "admin.jwt.publicKey and admin.jwt.existingSecret exclude each other. Set one of them." -}}
{{- end -}}
{{- $users := list -}}
{{- range $admin.users -}}
{{- $users = append $users .name -}}
{{- end -}}
{{- include "vanillanet.requireUnique" (list "admin.users" $users) -}}
{{- end -}}
