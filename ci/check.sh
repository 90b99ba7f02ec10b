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

# What stands in a database may look like a command of the runner's: only standard output may give
# it some, and that is escaped.
tame() { sed -e 's/##\[/## [/g' -e 's/^[[:space:]]*::/| ::/' "$1" >&2; }

mkdir -p "$out"
rm -f "$out"/*.md "$out"/*.json "$out"/*.sarif "$out"/*.xml "$out"/*.log "$out"/codes
: >"$out/codes"
set -f # options are words, never patterns
for command in ${ZANITH_COMMANDS:-plan verify}; do
  code=0
  # shellcheck disable=SC2086
  zanith migrate "$command" ${ZANITH_ARGS:-} --format "$format" \
    --report "markdown=$out/$command.md" --report "json=$out/$command.json" \
    --report "sarif=$out/$command.sarif" --report "junit=$out/$command.xml" 2>"$out/$command.log" || code=$?
  tame "$out/$command.log"
  echo "$command $code" >>"$out/codes"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$out/$command.md" ]; then
    cat "$out/$command.md" >>"$GITHUB_STEP_SUMMARY"
  fi
done
