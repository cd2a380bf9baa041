{{/* Environment variables that the chart sets. */}}
{{- define "vanillanet.ownEnv" -}}
- name: VANILLANET_REPOSITORY
  value: /models
{{- $cuda := ternary "cuda:all" "cuda:0" (gt (int .Values.gpu.count) 1) }}
{{- $defaultDevice := ternary $cuda "cpu" .Values.gpu.enabled }}
# Not auto: a pod whose GPU does not work must fail instead of serving slowly on the CPU.
- name: VANILLANET_DEVICE
  value: {{ default $defaultDevice .Values.settings.device | quote }}
{{- with .Values.settings.precision }}
- name: VANILLANET_PRECISION
  value: {{ . | quote }}
{{- end }}
{{- if .Values.settings.cuda.tf32 }}
- name: VANILLANET_CUDA_TF32
  value: "true"
{{- end }}
{{- if .Values.settings.cuda.cudnnBenchmark }}
- name: VANILLANET_CUDA_CUDNN_BENCHMARK
  value: "true"
{{- end }}
{{- with .Values.settings.defaultModel }}
- name: VANILLANET_DEFAULT_MODEL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.settings.seededModels }}
- name: VANILLANET_SEEDED_MODELS
  value: {{ join "," . | quote }}
{{- end }}
{{- with .Values.settings.threads }}
- name: VANILLANET_THREADS
  value: {{ int . | quote }}
{{- end }}
{{- with .Values.settings.queueCapacity }}
- name: VANILLANET_QUEUE_CAPACITY
  value: {{ int . | quote }}
{{- end }}
{{- with .Values.settings.maxPixels }}
- name: VANILLANET_MAX_PIXELS
  value: {{ int64 . | quote }}
{{- end }}
{{- with .Values.settings.maxImageBody }}
- name: VANILLANET_MAX_IMAGE_BODY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.settings.maxTensorBody }}
- name: VANILLANET_MAX_TENSOR_BODY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.settings.keepVersions }}
- name: VANILLANET_KEEP_VERSIONS
  value: {{ int . | quote }}
{{- end }}
{{- if .Values.training.data.existingClaim }}
- name: VANILLANET_TRAINING_DATA_ROOT
  value: /data
{{- end }}
{{- with include "vanillanet.trainingEnv" . }}
{{ . }}
{{- end }}
- name: QUARKUS_SHUTDOWN_DELAY
  value: {{ printf "%ds" (int .Values.drain.delaySeconds) }}
- name: QUARKUS_SHUTDOWN_TIMEOUT
  value: {{ printf "%ds" (int .Values.drain.timeoutSeconds) }}
{{- if or .Values.admin.jwt.existingSecret .Values.admin.jwt.publicKey }}
- name: MP_JWT_VERIFY_PUBLICKEY_LOCATION
  value: file:/etc/vanillanet/jwt/public-key.pem
{{- with .Values.admin.jwt.issuer }}
- name: MP_JWT_VERIFY_ISSUER
  value: {{ . | quote }}
{{- end }}
{{- with .Values.admin.jwt.audiences }}
- name: MP_JWT_VERIFY_AUDIENCES
  value: {{ join "," . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "vanillanet.env" -}}
{{- $own := list -}}
{{- range include "vanillanet.ownEnv" . | fromYamlArray -}}
{{- $own = append $own .name -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $own -}}
{{- fail (printf "extraEnv: %s is set by the chart. Use the chart's own value for it." .name) -}}
{{- end -}}
{{- $own = append $own .name -}}
{{- end -}}
{{ include "vanillanet.ownEnv" . }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
