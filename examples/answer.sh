#!/bin/sh
# Answer today's check-in: SUPPORTNET_URL=https://... SUPPORTNET_TOKEN=... sh answer.sh okay
# Words: good, okay, up_and_down, heavy, really_hard, no_words.
set -eu
key="answer-$(date +%s)-$$"
# The token goes in by a file that only curl reads, so that no list of processes shows it.
printf 'header = "Authorization: Bearer %s"\n' "$SUPPORTNET_TOKEN" |
  curl --fail-with-body --silent --show-error --retry 3 --config - \
    --header "Content-Type: application/json" --header "Idempotency-Key: $key" \
    --data "{\"word\": \"${1:?Say one of the words.}\"}" "$SUPPORTNET_URL/api/v1/answers/"
