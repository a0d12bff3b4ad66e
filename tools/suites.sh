# shellcheck shell=bash
# Sourced by test and dev: the test suites, each a function suite_<name> or a script
# tests/<name>/run. A suite's last line "N passed, N failed" is its result; one that gives none
# counts as one failure. What of it cannot run on this machine it says in lines "not run, because
# ...": that is neither passed nor failed, is repeated at the end, and is no success.

# shellcheck disable=SC2154  # root: tools/setup.sh
logs="$root/build/test-logs"
fuzz_seconds="${CONFAB_FUZZ_SECONDS:-15}"

all_suites() {
  echo unit asan tsan same_hash fuzz ui
  local script
  for script in "$root"/tests/*/run; do
    if [ -x "$script" ]; then basename "$(dirname "$script")"; fi
  done
}

# Unit tests, simulator scenarios, layering.
suite_unit() { ctest_suite dev; }
# The same under AddressSanitizer and UndefinedBehaviorSanitizer. The fuzz targets have both too, so
# one build serves both suites; the preset asan is the same without libFuzzer's counters.
suite_asan() { ctest_suite fuzz; }
# Where there are threads: their tests under ThreadSanitizer.
suite_tsan() {
  local modules=(engine platform_log platform_random platform_store platform_udp_clients service_media)
  build tsan "${modules[@]/%/_test}"
  run_ctest tsan --tests-regex "^($(IFS='|'; echo "${modules[*]}"))\$"
}

# A seed gives the same run whatever the compiler made of it: debug and release builds agree.
suite_same_hash() {
  build dev sim_hash
  build release sim_hash
  "$root/tests/scenario/same_in_both_builds" "$root/build/dev" "$root/build/release"
}

# Every parser: its corpus, then fuzz_seconds of new input.
suite_fuzz() { "$root/tools/fuzz" "$fuzz_seconds"; }

# The web app: its types and lint are one test, then vitest's own.
suite_ui() {
  npm_install ui
  cd "$root/ui" || return
  local lint=0
  npm run --silent lint || lint=1
  npx vitest run --reporter=default --reporter=json --outputFile="$logs/ui.json" || true
  node -p '
    const run = require(process.argv[1]), lint = Number(process.argv[2]);
    const failed = Math.max(run.numFailedTests, run.success ? 0 : 1) + lint;
    `${run.numPassedTests + 1 - lint} passed, ${failed} failed`' "$logs/ui.json" "$lint"
}

ctest_suite() { # preset
  build "$1"
  run_ctest "$1"
}

run_ctest() { # preset, options
  local preset="$1"
  shift
  ctest --test-dir "$root/build/$preset" -j "$(build_jobs)" --verbose --timeout 600 "$@" |
    tee "$logs/ctest-$preset.log" || true
  awk -f "$root/tools/count_ctest.awk" "$logs/ctest-$preset.log"
}

# What a suite in tests/ runs against: the server and the web app as they are shipped, and the
# suite's own programs.
prepare_services() { # suite
  local targets=(confab)
  [ ! -f "$root/tests/$1/CMakeLists.txt" ] || targets+=("tests/$1/all")
  build release "${targets[@]}"
  build_ui
  [ ! -f "$root/tests/package.json" ] || npm_install tests
}

run_suites() { # names; none: all
  local names=("$@") name log result counts missing passed=0 failed=0 started seconds not_run=()
  # shellcheck disable=SC2207
  [ $# -gt 0 ] || names=($(all_suites))
  mkdir -p "$logs"
  for name in "${names[@]}"; do
    declare -F "suite_$name" >/dev/null || [ -x "$root/tests/$name/run" ] ||
      die "there is no suite $name" "choose from: $(all_suites | tr '\n' ' ')"
  done
  for name in "${names[@]}"; do
    log="$logs/$name.log"
    started=$SECONDS
    say "--- $name"
    rm -f "$log" "$logs/$name.json"
    # A suite that stops at an error must not stop the others: its missing result is its failure.
    (
      if declare -F "suite_$name" >/dev/null; then
        "suite_$name"
      else
        prepare_services "$name"
        cd "$root/tests/$name" && ./run
      fi
    ) >"$log" 2>&1 || true
    seconds=$((SECONDS - started))
    counts="$(grep -aE '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || true)"
    missing="$(grep -aE '^not run, because ' "$log" | sort -u || true)"
    [ -z "$missing" ] || not_run+=("$name: ${missing//$'\n'/; }")
    if [ -z "$counts" ] && [ -n "$missing" ]; then
      result="not run"
    elif [ -z "$counts" ]; then
      result="no result"
      failed=$((failed + 1))
    else
      result="$counts"
      passed=$((passed + ${counts%% passed*}))
      counts="${counts#*, }"
      failed=$((failed + ${counts%% failed*}))
    fi
    if [ "$result" = "0 passed, 0 failed" ]; then
      result="ran nothing"
      failed=$((failed + 1))
    fi
    printf '%-10s %s (%d s)\n' "$name" "$result" "$seconds"
    case "$result" in
      *", 0 failed" | "not run") ;;
      *)
        say "    the end of ${log#"$root"/}:"
        tail -n 40 "$log" | sed 's/^/    /' >&2 ;;
    esac
  done
  [ ${#not_run[@]} = 0 ] || printf '%s\n' "${not_run[@]}"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ] || return 1
  # Nothing failed, and still not everything was tried.
  [ ${#not_run[@]} = 0 ] || return 3
}
