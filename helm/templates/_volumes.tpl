{{/* "true" if a key verifies tokens. */}}
{{- define "vanillanet.jwt" -}}
{{- if or .Values.admin.jwt.existingSecret .Values.admin.jwt.publicKey }}true{{ end -}}
{{- end -}}

{{/* Volumes of the pod. */}}
{{- define "vanillanet.volumes" -}}
- name: models
  {{- if .Values.models.persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ include "vanillanet.modelsClaim" . | quote }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.models.persistence.size | quote }}
  {{- end }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.scratch.tmpSize | quote }}
- name: work
  {{- if .Values.training.jobs.existingClaim }}
  persistentVolumeClaim:
    claimName: {{ .Values.training.jobs.existingClaim | quote }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .Values.scratch.workSize | quote }}
  {{- end }}
{{- with .Values.training.data.existingClaim }}
- name: data
  persistentVolumeClaim:
    claimName: {{ . | quote }}
    readOnly: true
{{- end }}
{{- if .Values.models.import }}
- name: checkpoints
  persistentVolumeClaim:
    claimName: {{ .Values.models.checkpoints.existingClaim | quote }}
    readOnly: true
{{- end }}
{{- if include "vanillanet.jwt" . }}
- name: jwt
  secret:
    secretName: {{ default (printf "%s-jwt" (include "vanillanet.fullname" .)) .Values.admin.jwt.existingSecret | quote }}
    items:
      - key: {{ ternary "public-key.pem" .Values.admin.jwt.key (empty .Values.admin.jwt.existingSecret) | quote }}
        path: public-key.pem
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Mounts of the container that serves. */}}
{{- define "vanillanet.volumeMounts" -}}
- name: models
  mountPath: /models
  {{- if .Values.models.persistence.readOnly }}
  readOnly: true
  {{- end }}
- name: tmp
  mountPath: /tmp
- name: work
  mountPath: /var/lib/vanillanet
{{- if .Values.training.data.existingClaim }}
- name: data
  mountPath: /data
  readOnly: true
{{- end }}
{{- if include "vanillanet.jwt" . }}
- name: jwt
  mountPath: /etc/vanillanet/jwt
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
