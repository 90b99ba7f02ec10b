#!/bin/sh
# Runs the commands of $ZANITH_COMMANDS, each once, and keeps what they found in $ZANITH_OUT.
# It ends with 0 whatever they say: verdict.sh gives the exit code, after the comment was made.
#
#   ZANITH_TARGET_URL, SHADOW_URL   as for zanith; set by the caller
#   ZANITH_COMMANDS                 "plan verify" unless set; also drift
#   ZANITH_OUT                      zanith-report unless set
#   ZANITH_ARGS                     more options for every command, e.g. "--config db/zanith.toml"
set -eu
out=${ZANITH_OUT:-zanith-report}
format=text
[ "${GITHUB_ACTIONS:-}" = true ] && format=github

mkdir -p "$out"
rm -f "$out"/*.md "$out"/*.json "$out"/*.sarif "$out"/*.xml "$out"/codes
: >"$out/codes"
for command in ${ZANITH_COMMANDS:-plan verify}; do
  code=0
  # shellcheck disable=SC2086 # options are words
  zanith migrate "$command" ${ZANITH_ARGS:-} --format "$format" \
    --report "markdown=$out/$command.md" --report "json=$out/$command.json" \
    --report "sarif=$out/$command.sarif" --report "junit=$out/$command.xml" || code=$?
  echo "$command $code" >>"$out/codes"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$out/$command.md" ]; then
    cat "$out/$command.md" >>"$GITHUB_STEP_SUMMARY"
  fi
done
