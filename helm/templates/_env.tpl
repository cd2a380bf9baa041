{{/* One variable for each setting with a value: (list PREFIX SETTINGS). The key maxBatch below
     batching becomes VANILLANET_BATCHING_MAX_BATCH. */}}
{{- define "vanillanet.settingsEnv" -}}
{{- $prefix := index . 0 -}}
{{- range $key, $value := index . 1 -}}
{{- $name := printf "%s_%s" $prefix (regexReplaceAll "([a-z0-9])([A-Z])" $key "${1}_${2}" | upper) -}}
{{- if kindIs "map" $value -}}
{{- include "vanillanet.settingsEnv" (list $name $value) -}}
{{- else if or (kindIs "bool" $value) (not (empty $value)) }}
- name: {{ $name }}
  {{- if kindIs "slice" $value }}
  value: {{ join "," $value | quote }}
  {{- else if kindIs "float64" $value }}
  value: {{ int64 $value | quote }}
  {{- else }}
  value: {{ $value | quote }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A text that the service reads as it is. In settings it replaces ${NAME}, and $$ by $. */}}
{{- define "vanillanet.literal" -}}
{{- ternary (replace "$" "$$" .) . (regexMatch `\$[${]` .) -}}
{{- end -}}

{{/* With models from elsewhere, an empty repository is an error. The included model would hide it. */}}
{{- define "vanillanet.embeddedModel" -}}
{{- $models := .Values.models -}}
{{- $fromElsewhere := or $models.import $models.persistence.enabled $models.bucket.uri -}}
{{- default (ternary "auto" "never" (empty $fromElsewhere)) .Values.settings.embeddedModel -}}
{{- end -}}

{{/* Not auto: a pod whose GPU does not work must fail instead of serving slowly on the CPU. */}}
{{- define "vanillanet.device" -}}
{{- $cuda := ternary "cuda:all" "cuda:0" (gt (int .Values.gpu.count) 1) -}}
{{- default (ternary $cuda "cpu" .Values.gpu.enabled) .Values.settings.device -}}
{{- end -}}

{{/* Environment variables that the chart sets. Kubernetes replaces $(NAME) in values; $$ stands for $. */}}
{{- define "vanillanet.ownEnv" -}}
- name: VANILLANET_REPOSITORY
  value: {{ default "/models" .Values.models.bucket.uri | quote }}
{{- if .Values.models.bucket.uri }}
- name: VANILLANET_S3_CACHE
  value: /models
{{- with .Values.models.bucket.endpoint }}
- name: VANILLANET_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .Values.models.bucket.region }}
- name: VANILLANET_S3_REGION
  value: {{ . | quote }}
{{- end }}
{{- end }}
- name: VANILLANET_EMBEDDED_MODEL
  value: {{ include "vanillanet.embeddedModel" . | quote }}
- name: VANILLANET_DEVICE
  value: {{ include "vanillanet.device" . | quote }}
{{- include "vanillanet.settingsEnv" (list "VANILLANET" (omit .Values.settings "device" "embeddedModel")) }}
{{- if .Values.training.data.existingClaim }}
- name: VANILLANET_TRAINING_DATA_ROOT
  value: /data
{{- end }}
{{- with include "vanillanet.trainingEnv" . }}
{{ . }}
{{- end }}
{{- if .Values.tracing.enabled }}
- name: QUARKUS_OTEL_SDK_DISABLED
  value: "false"
- name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
- name: QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ .Values.tracing.protocol | quote }}
{{- end }}
- name: QUARKUS_SHUTDOWN_DELAY
  value: {{ printf "%ds" (int .Values.drain.delaySeconds) }}
- name: QUARKUS_SHUTDOWN_TIMEOUT
  value: {{ printf "%ds" (int .Values.drain.timeoutSeconds) }}
{{- if include "vanillanet.jwt" . }}
- name: MP_JWT_VERIFY_PUBLICKEY_LOCATION
  value: file:/etc/vanillanet/jwt/public-key.pem
{{- with .Values.admin.jwt.issuer }}
- name: MP_JWT_VERIFY_ISSUER
  value: {{ include "vanillanet.literal" . | replace "$" "$$" | quote }}
{{- end }}
{{- with .Values.admin.jwt.audiences }}
- name: MP_JWT_VERIFY_AUDIENCES
  value: {{ join "," . | include "vanillanet.literal" | replace "$" "$$" | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "vanillanet.env" -}}
{{- $names := list -}}
{{- range include "vanillanet.ownEnv" . | fromYamlArray -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name $names -}}
{{- fail (printf "extraEnv: %s is set by the chart or occurs twice. Use the chart's own value for it." .name) -}}
{{- end -}}
{{- if and (hasKey . "value") .valueFrom -}}
{{- fail (printf "extraEnv: %s has value and valueFrom. Remove one of them." .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{ include "vanillanet.ownEnv" . }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Secrets with environment variables. */}}
{{- define "vanillanet.envFrom" -}}
{{- if or .Values.admin.existingSecret .Values.admin.users }}
- secretRef:
    name: {{ default (printf "%s-admin" (include "vanillanet.fullname" .)) .Values.admin.existingSecret | quote }}
{{- end }}
{{- if and .Values.models.bucket.uri .Values.models.bucket.existingSecret }}
- secretRef:
    name: {{ .Values.models.bucket.existingSecret | quote }}
{{- end }}
{{- end -}}
