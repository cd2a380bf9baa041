#!/bin/sh
# Sets VANILLANET_REPOSITORY if it is not set, then runs its arguments. SageMaker mounts a model's files
# in /opt/ml/model.
if [ -z "${VANILLANET_REPOSITORY:-}" ]; then
  VANILLANET_REPOSITORY=/models
  if [ -d /opt/ml/model ]; then
    VANILLANET_REPOSITORY=/opt/ml/model
  fi
  export VANILLANET_REPOSITORY
fi
exec "$@"
