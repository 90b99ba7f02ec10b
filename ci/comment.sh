#!/bin/sh
# Puts what check.sh found into ONE comment of the pull or merge request, made by the first run and
# updated by the next ones. The comment is known by its first line and by who wrote it: nobody
# else's is touched. Ends with 1 where the API does not answer as it should.
#
# GitHub   GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, and GITHUB_REF (refs/pull/N/merge) or
#          ZANITH_PULL_REQUEST; ZANITH_COMMENT_AUTHOR is "github-actions[bot]" unless set
# GitLab   CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, ZANITH_GITLAB_TOKEN (scope: api)
# both     ZANITH_OUT; ZANITH_COMMENT_NAME where one repository has several of these comments
set -eu
here=$(dirname "$0")
out=${ZANITH_OUT:-zanith-report}
marker="<!-- zanith-ci ${ZANITH_COMMENT_NAME:-default} -->"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The token goes in by standard input: arguments can be read by every process of the machine.
call() { # METHOD URL [FILE]
  method=$1 url=$2
  if ! command -v curl >/dev/null; then # as in images that are called slim
    printf '%s\n' "$auth" | python3 "$here/comment.py" request "$@" >"$work/answer"
    return
  fi
  # Only a question may be asked twice: a POST whose answer was lost has made its comment.
  if [ -n "${3:-}" ]; then set -- --data-binary "@$3"; else set -- --retry 2; fi
  printf 'header = "%s"\n' "$auth" | curl --config - --silent --show-error --fail \
    --max-time 30 --request "$method" --header 'Content-Type: application/json' \
    --header 'Accept: application/json' --output "$work/answer" "$@" "$url"
}

if [ -n "${GITHUB_REPOSITORY:-}" ]; then
  number=${ZANITH_PULL_REQUEST:-}
  if [ -z "$number" ]; then
    case ${GITHUB_REF:-} in refs/pull/*/*) number=${GITHUB_REF#refs/pull/} number=${number%%/*} ;; esac
  fi
  auth="Authorization: Bearer ${GITHUB_TOKEN:-}"
  repository=${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY
  comments=$repository/issues/$number/comments one=$repository/issues/comments update=PATCH
  author=${ZANITH_COMMENT_AUTHOR:-github-actions[bot]}
else
  number=${CI_MERGE_REQUEST_IID:-}
  auth="PRIVATE-TOKEN: ${ZANITH_GITLAB_TOKEN:-}"
  comments=${CI_API_V4_URL:-}/projects/${CI_PROJECT_ID:-}/merge_requests/$number/notes
  one=$comments update=PUT author=
fi
if [ -z "$number" ]; then
  echo "zanith: this is no pull or merge request, so there is nothing to comment on"
  exit 0
fi
if [ -z "$author" ]; then
  call GET "${CI_API_V4_URL}/user"
  author=$(python3 "$here/comment.py" author <"$work/answer")
fi

id='' page=1
while [ -z "$id" ] && [ "$page" -le 100 ]; do
  call GET "$comments?per_page=100&page=$page"
  found=$(python3 "$here/comment.py" find "$marker" "$author" <"$work/answer")
  [ "$found" != end ] || break
  id=$found page=$((page + 1))
done

python3 "$here/comment.py" body "$marker" "$out" >"$work/body"
if [ -n "$id" ]; then
  call "$update" "$one/$id" "$work/body"
  echo "zanith: the comment was updated"
else
  call POST "$comments" "$work/body"
  echo "zanith: a comment was made"
fi
