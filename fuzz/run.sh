#!/usr/bin/env bash
# Builds every fuzz target with the stable toolchain and runs each for so many seconds (20 unless told), from the good
# seeds of the repository. `fuzz/run.sh 20 page dates` runs these two only. Ends with the first input that breaks a reader,
# which lies in target/fuzz/broken-TARGET-…
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-20}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for file in fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

export CARGO_TARGET_DIR="$PWD/../target/fuzz"
host=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz asks of the compiler, without the address sanitizer, which only the nightly toolchain has: the
# program forbids unsafe code, so what is looked for are panics, endless work and broken promises of the readers.
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table" \
  cargo build --release --bins --quiet --target "$host"

for target in "${targets[@]}"; do
  case $target in
    page | lists) seeds=(../fixtures/pages ../fixtures/cms) ;;
    rulebook | overlay) seeds=(../checks/rulebooks) ;;
    *) seeds=() ;;
  esac
  corpus="$CARGO_TARGET_DIR/corpus/$target"
  mkdir -p "$corpus"
  # The time limit is for one input; a busy machine is slower than a quiet one.
  log="$CARGO_TARGET_DIR/$target.log"
  if ! "$CARGO_TARGET_DIR/$host/release/$target" "$corpus" "${seeds[@]}" -max_total_time="$seconds" -max_len=65536 \
    -timeout=5 -rss_limit_mb=2048 -artifact_prefix="$CARGO_TARGET_DIR/broken-$target-" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "fuzz: the reader '$target' broke; the input and the log lie in target/fuzz" >&2
    exit 1
  fi
  echo "fuzz: $target: $(grep -o '^Done [0-9]* runs in [0-9]* second' "$log" || tail -n 1 "$log")"
done
