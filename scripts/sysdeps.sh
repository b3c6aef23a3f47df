#!/bin/sh
# Install the few system packages that pip cannot bring: `sysdeps.sh run` for the platform, `sysdeps.sh test` for its tests.
# As root on a Debian-like machine they are installed; otherwise one line names what stays off.
set -eu

need=""
off=""

# want PACKAGES WHAT-IS-OFF TEST…: note the packages when the test fails.
want() {
    packages=$1; feature=$2; shift 2
    if ! "$@" >/dev/null 2>&1; then
        need="$need $packages"
        off="${off:+$off, }$feature"
    fi
}

# The plain name is asked for, because some systems carry the library under another file name.
library() { ldconfig -p 2>/dev/null | grep -q "$1" || find /usr/lib /lib -name "$1*" 2>/dev/null | grep -q .; }
any_postgres() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
any_nginx() { command -v nginx || ls /usr/sbin/nginx; }
any_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

want "libpango-1.0-0 libpangoft2-1.0-0" "PDF documents" library libpangoft2-1.0.so
want "libharfbuzz-subset0" "small fonts in PDF documents" library libharfbuzz-subset.so
if [ "${1:-run}" = test ]; then
    want "chromium" "browser tests" any_chromium
    want "postgresql" "Debian's PostgreSQL (an embedded one is tried instead)" any_postgres
    want "redis-server" "tests with Redis" command -v redis-server
    want "nginx-light" "tests behind a caching nginx" any_nginx
    want "libfaketime" "faults with clocks that are wrong" library libfaketime.so.1
    want "poppler-utils" "looks at PDF pages" command -v pdftotext
fi

[ -n "$need" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "system packages: installing$need"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 -- a list of names is meant.
    apt-get install -y -qq --no-install-recommends $need >/dev/null
else
    echo "system packages: without root these stay off: $off (missing:$need)"
fi
