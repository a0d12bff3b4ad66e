# shellcheck shell=bash
# Sourced by the run scripts of the suites that node runs, in their folder. A suite's last line is
# "N passed, N failed".

# test_files [NAME...]: sets `files` to these tests' files; to all without a name.
test_files() {
  files=()
  local name
  for name in "$@"; do files+=("$name.test.mjs"); done
  # shellcheck disable=SC2034  # the caller's
  [ ${#files[@]} -gt 0 ] || files=(*.test.mjs)
}

# run_node_tests [COMMAND...] -- OPTIONS-AND-FILES: COMMAND runs node, if one is given.
run_node_tests() {
  local prefix=() results status=0
  while [ "$1" != -- ]; do
    prefix+=("$1")
    shift
  done
  shift
  results="$(mktemp)"
  "${prefix[@]}" node --test \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$results" "$@" || status=$?
  # A run that was cut off has failed, even if no test in it had.
  awk -v status="$status" '/^# pass /{p=$3} /^# fail /{f+=$3} /^# cancelled /{f+=$3}
    END{if (status != 0 && f == 0) f = 1; printf "%d passed, %d failed\n", p, f}' "$results"
  rm -f "$results"
}
