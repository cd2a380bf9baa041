{{/* Busy fraction per pod that the autoscaler aims at. */}}
{{- define "vanillanet.busyTarget" -}}
{{- divf .Values.autoscaling.busyPercent 100 -}}
{{- end -}}

{{/* The same, multiplied by the time in the queue from which a burst needs more pods, in seconds. */}}
{{- define "vanillanet.burstTarget" -}}
{{- divf (mulf .Values.autoscaling.busyPercent .Values.autoscaling.burstWaitMillis) 100000 -}}
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

{{/* The same, multiplied by the 95th percentile of the time in the queue, in seconds. 0 while the
     pods are busy less than 80 % of the time. The same as vanillanet_burst_pod_seconds. */}}
{{- define "vanillanet.burstQuery" -}}
{{- $pods := include "vanillanet.podSeries" . -}}
{{- $busy := include "vanillanet.podBusy" . -}}
sum{{ $busy }} * (avg{{ $busy }} > bool 0.8) * ((histogram_quantile(0.95, sum by (le) (rate(vanillanet_stage_seconds_bucket{ {{- $pods }},stage="queue"}[1m]))) >= 0) or 0 * sum(vanillanet_lanes{ {{- $pods -}} }))
{{- end -}}
