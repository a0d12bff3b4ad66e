# From `ctest --verbose`: one "N passed, N failed" over the single tests inside the GoogleTest
# programs. A program that is no GoogleTest counts as one test; one that crashed has at least one
# failure, whatever it printed before.
/^[0-9]+: \[==========\] [0-9]+ tests? from .* ran\./ { id = $1 + 0; ran[id] += $3 }
/^[0-9]+: \[  FAILED  \] [0-9]+ tests?, listed below/ { id = $1 + 0; bad[id] += $5 }
/^ *[0-9]+\/[0-9]+ +Test +#[0-9]+:/ {
  match($0, /#[0-9]+/)
  id = substr($0, RSTART + 1, RLENGTH - 1) + 0
  tests = (id in ran) ? ran[id] : 1
  failures = (id in bad) ? bad[id] : 0
  if ($0 !~ / Passed /) {
    if (failures == 0) failures = 1
    if (tests < failures) tests = failures
  }
  passed += tests - failures
  failed += failures
}
END { printf "%d passed, %d failed\n", passed, failed }
