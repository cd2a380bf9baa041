{{/* Name of all objects. Services need a name without dots that begins with a letter. */}}
{{- define "vanillanet.fullname" -}}
{{- $chart := default .Chart.Name .Values.nameOverride -}}
{{- $release := ternary .Release.Name (printf "%s-%s" .Release.Name $chart) (contains $chart .Release.Name) -}}
{{- $name := default $release .Values.fullnameOverride | replace "." "-" | trunc 52 | trimAll "-" -}}
{{- if regexMatch "^[0-9]" $name -}}
{{- fail (printf "The name %s begins with a digit, which Kubernetes does not allow for a Service. Set fullnameOverride." $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{- define "vanillanet.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "vanillanet.labels" -}}
{{ include "vanillanet.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- define "vanillanet.image" -}}
{{- $flavor := ternary "gpu" "cpu" .Values.gpu.enabled -}}
{{- include "vanillanet.imageOf" (list . $flavor) -}}
{{- end -}}

{{/* The image of a flavor: (list ROOT FLAVOR). A digest replaces the tag. */}}
{{- define "vanillanet.imageOf" -}}
{{- $root := index . 0 -}}
{{- $image := $root.Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default (printf "%s-%s" $root.Chart.AppVersion (index . 1)) $image.tag) -}}
{{- end -}}
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
