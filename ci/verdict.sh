#!/bin/sh
# Ends with the exit code of the first command that did not end with 0; the order is check.sh's.
set -eu
out=${ZANITH_OUT:-zanith-report}
if [ ! -s "$out/codes" ]; then
  echo "zanith: no command was run" >&2
  exit 1
fi
verdict=0
while read -r command code; do
  echo "zanith migrate $command: exit code $code"
  [ "$verdict" -ne 0 ] || verdict=$code
done <"$out/codes"
exit "$verdict"
