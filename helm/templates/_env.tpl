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
  {{- else if and (kindIs "float64" $value) (eq (floor $value) $value) }}
  value: {{ int64 $value | quote }}
  {{- else }}
  value: {{ $value | quote }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Environment variables that the chart sets. */}}
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
# With models from elsewhere, an empty repository is an error. The included model would hide it.
- name: VANILLANET_EMBEDDED_MODEL
  value: {{ default (ternary "never" "auto" (not (empty (or .Values.models.import .Values.models.persistence.enabled .Values.models.bucket.uri)))) .Values.settings.embeddedModel }}
{{- $cuda := ternary "cuda:all" "cuda:0" (gt (int .Values.gpu.count) 1) }}
{{- $defaultDevice := ternary $cuda "cpu" .Values.gpu.enabled }}
# Not auto: a pod whose GPU does not work must fail instead of serving slowly on the CPU.
- name: VANILLANET_DEVICE
  value: {{ default $defaultDevice .Values.settings.device | quote }}
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
