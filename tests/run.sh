#!/usr/bin/env bash
# Passes all tests on a fresh Debian machine with a Rust toolchain; installs what the tests need.
set -euo pipefail
cd "$(dirname "$0")/.."

# The browser test drives Debian's Chromium; Chinese text needs a Chinese font; the vendored SQLite and ring need a C compiler.
need=()
command -v c++ >/dev/null || need+=(build-essential)
command -v chromium >/dev/null || need+=(chromium)
command -v chromedriver >/dev/null || need+=(chromium-driver)
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || need+=(fonts-noto-cjk)
# The feature native-tls is built against the system's OpenSSL, and tried on its test server.
[ -e /usr/include/openssl/ssl.h ] || need+=(libssl-dev pkg-config)
command -v openssl >/dev/null || need+=(openssl)
if [ ${#need[@]} -gt 0 ]; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${need[@]}"
fi

# The tools of the web archives read what a night leaves. Where Python or the network is missing, the tests say that the
# tools were not asked, and their own strict reader of WARC stands alone.
if [ ! -x target/warc-tools/bin/warcio ]; then
  mkdir -p target
  { python3 -m venv target/warc-tools && target/warc-tools/bin/pip install --quiet warcio cdxj-indexer; } ||
    echo "warcio and cdxj-indexer could not be installed: not asked" >&2
fi

cargo fmt --check
# Everything is built and tried once with all features; that the program does without them is only looked at.
cargo clippy --lib --bins --quiet -- -D warnings
cargo clippy --all-targets --features browser,s3,native-tls --quiet -- -D warnings
cargo test --all-targets --features browser,s3,native-tls

# Every reader gets broken input for a while, guided by what it reaches; longer by hand (fuzz/README.md).
fuzz/run.sh 20
