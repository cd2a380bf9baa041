{{/* A container that imports one model: (list ROOT INDEX MODEL). Texts of values are arguments of the
     script, never a part of it. Kubernetes replaces $(NAME) in arguments; $$ stands for $. */}}
{{- define "vanillanet.importContainer" -}}
{{- $root := index . 0 -}}
{{- $model := index . 2 -}}
{{- /* The import runs on the CPU. */ -}}
{{- $memory := dict "cpu" "2" "memory" "5Gi" -}}
{{- $defaults := dict "requests" $memory "limits" $memory -}}
- name: import-{{ index . 1 }}
  image: {{ include "vanillanet.image" $root | quote }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  # $0 is the model's name and "$@" the arguments of the command. An existing model is not changed.
  # Without an answer the container fails.
  command:
    - /bin/sh
    - -euc
    - |
      vanillanet() {
        java -XX:MaxRAMPercentage=33 -Djava.io.tmpdir=/tmp --enable-native-access=ALL-UNNAMED \
          -jar /opt/vanillanet/quarkus-run.jar "$@"
      }
      status=0
      vanillanet models --has "$0" --repository /models || status=$?
      case $status in
        0) echo "$0 exists, nothing to import" ;;
        1) vanillanet import "$@" ;;
        *) exit $status ;;
      esac
    - {{ $model.name | quote }}
    - --repository
    - /models
    - --name
    - {{ $model.name | quote }}
    - --checkpoint
    - {{ printf "/checkpoints/%s" $model.checkpoint | quote }}
    - --variant
    - {{ $model.variant | quote }}
    {{- with $model.key }}
    - --key
    - {{ . | replace "$" "$$" | quote }}
    {{- end }}
    {{- with $model.inputSize }}
    - --input-size
    - {{ . | quote }}
    {{- end }}
    {{- with $model.labels }}
    - --labels
    - {{ printf "/checkpoints/%s" . | quote }}
    {{- end }}
  securityContext: {{- include "vanillanet.securityContext" $root | nindent 4 }}
  resources: {{- include "vanillanet.requestsAndLimits" (list "models.importResources" $root.Values.models.importResources $defaults) | nindent 4 }}
  volumeMounts:
    - name: models
      mountPath: /models
    - name: checkpoints
      mountPath: /checkpoints
      readOnly: true
    - name: tmp
      mountPath: /tmp
    - name: work
      mountPath: /var/lib/vanillanet
{{- end -}}
