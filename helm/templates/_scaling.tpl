{{/* Busy fraction per pod that the autoscaler aims at. */}}
{{- define "vanillanet.busyTarget" -}}
{{- divf .Values.autoscaling.busyPercent 100 -}}
{{- end -}}

{{/* Waiting images per pod from which a burst needs more pods: by default three eighths of the queue. */}}
{{- define "vanillanet.burstTarget" -}}
{{- int (default (max 1 (div (mul 3 (default 64 .Values.settings.queueCapacity)) 8)) .Values.autoscaling.burstImages) -}}
{{- end -}}

{{- define "vanillanet.scalingBehavior" -}}
scaleUp:
  stabilizationWindowSeconds: {{ .Values.autoscaling.scaleUpStabilizationSeconds }}
scaleDown:
  stabilizationWindowSeconds: {{ .Values.autoscaling.scaleDownStabilizationSeconds }}
{{- end -}}

{{/* Labels of the pods' series. The operator of Prometheus sets them on each target. */}}
{{- define "vanillanet.podSeries" -}}
{{- printf "namespace=%q,service=%q" .Release.Namespace (include "vanillanet.fullname" .) -}}
{{- end -}}

{{/* The busy fraction of each pod that serves: that of its lanes or of its decoders, whichever is larger.
     Models take turns on the same lanes, so the busy time of all models counts for the lanes of one.
     Decoders have two lines with permits of their own. */}}
{{- define "vanillanet.podBusy" -}}
{{- $pods := include "vanillanet.podSeries" . -}}
(max by (pod) (sum by (pod) (rate(vanillanet_lane_busy_seconds_total{ {{- $pods -}} }[1m])) / max by (pod) (vanillanet_lanes{ {{- $pods -}} }) or sum by (pod, line) (rate(vanillanet_decode_busy_seconds_total{ {{- $pods -}} }[1m])) / max by (pod, line) (vanillanet_decoders{ {{- $pods -}} })) and max by (pod) (vanillanet_lanes{ {{- $pods -}} }) > 0)
{{- end -}}

{{/* The pods' busy fractions, added up. The result is empty if no pod is scraped: a Prometheus
     failure is then an error and does not scale in. The same as vanillanet_busy_pods in
     deploy/prometheus/rules.yaml. */}}
{{- define "vanillanet.busyQuery" -}}
sum{{ include "vanillanet.podBusy" . }}
{{- end -}}

{{/* The waiting images of each pod, on average, added up. Each model has a queue; the fullest one counts.
     The same as vanillanet_waiting_images. */}}
{{- define "vanillanet.burstQuery" -}}
sum(max by (pod) (avg_over_time(vanillanet_queue_images{ {{- include "vanillanet.podSeries" . -}} }[1m])))
{{- end -}}
