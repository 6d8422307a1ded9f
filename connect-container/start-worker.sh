#!/bin/sh
# Starts the Kafka Connect worker with an address under which the other workers reach it. A worker listens on every interface,
# so without this each one would tell the others http://0.0.0.0:8083/, and no request could be passed on to the leader.
set -eu

original=$(dirname "$0")/worker.properties
original=${original#./}
mechanism=${CONNECT_SASL_MECHANISM:-}
if [ -z "$mechanism" ] && [ "${CONNECT_SECURITY_PROTOCOL:-}" = SASL_SSL ]; then mechanism=AWS_MSK_IAM; fi

# How Kafka's clients of the worker itself say who they are. The file system is read-only but for /tmp.
properties=$original
if [ -n "$mechanism" ] || [ -n "${CONNECT_SSL_CA:-}" ]; then
  properties="${TMPDIR:-/tmp}/worker.properties"
  {
    cat "$original"
    for client in '' producer. consumer. admin.; do
      case $mechanism in
        '') ;;
        AWS_MSK_IAM)
          # The role of the task, by the library of Amazon MSK.
          echo "${client}sasl.mechanism=AWS_MSK_IAM"
          echo "${client}sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;"
          echo "${client}sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler"
          ;;
        SCRAM-SHA-512)
          # A user whose name and password are in a secret. The file has the secret's name only.
          user="\${secretsmanager:$CONNECT_KAFKA_SECRET:username}"
          password="\${secretsmanager:$CONNECT_KAFKA_SECRET:password}"
          echo "${client}sasl.mechanism=SCRAM-SHA-512"
          echo "${client}sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required" \
            "username=\"$user\" password=\"$password\";"
          ;;
        *)
          echo "CONNECT_SASL_MECHANISM is $mechanism; it can be AWS_MSK_IAM or SCRAM-SHA-512." >&2
          exit 1
          ;;
      esac
      if [ -n "${CONNECT_SSL_CA:-}" ]; then
        echo "${client}ssl.truststore.type=PEM"
        echo "${client}ssl.truststore.certificates=\${env:CONNECT_SSL_CA}"
      fi
    done
  } > "$properties"
fi

if [ -z "${CONNECT_ADVERTISED_HOST:-}" ]; then
  # Task metadata endpoint version 4 (Amazon ECS developer guide): the container's networks with their addresses.
  if ! metadata=$(curl --fail --silent --show-error --max-time 5 --retry 5 "$ECS_CONTAINER_METADATA_URI_V4"); then
    echo "Cannot read this task's address from its metadata; set CONNECT_ADVERTISED_HOST where there is none." >&2
    exit 1
  fi
  CONNECT_ADVERTISED_HOST=$(printf '%s' "$metadata" | tr -d ' \n' | sed -n 's/.*"IPv4Addresses":\["\([0-9.]*\)".*/\1/p')
  if [ -z "$CONNECT_ADVERTISED_HOST" ]; then
    echo "The task's metadata has no IPv4 address; set CONNECT_ADVERTISED_HOST." >&2
    exit 1
  fi
  export CONNECT_ADVERTISED_HOST
fi

exec "${JAVA:-java}" "$@" "$properties"
