#!/bin/sh
# Makes a Python environment from a requirements file that pins wheels by sha256.
# usage: sh tools/environment.sh [FOLDER [REQUIREMENTS [OLDEST]]]     (default: build/venv models/requirements.txt 3.9)
# OLDEST is the first Python 3 version that the requirements have wheels for.
# Wheels stay in the user's cache, so that a second checkout needs no network. PYTHON names the interpreter.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/build/venv}
requirements=${2:-$root/models/requirements.txt}
oldest=${3:-3.9}
python=${PYTHON:-python3}
case ${XDG_CACHE_HOME:-} in
/*) wheels=$XDG_CACHE_HOME/facenet/wheels ;;
*) wheels=$HOME/.cache/facenet/wheels ;;
esac

fail() {
    echo "environment: $1" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "there is no $python: install it with \`apt-get install python3 python3-venv\`"
"$python" -c "import sys; sys.exit(not (3, ${oldest#3.}) <= sys.version_info < (3, 13))" ||
    fail "$("$python" --version) has no wheels in $requirements: set PYTHON to an interpreter of version $oldest to 3.12"
"$python" -c 'import ensurepip, ssl, venv' 2>/dev/null ||
    fail "$python cannot make virtual environments: install the package with \`apt-get install python3-venv\`"

stamp=$("$python" -c 'import sys; print(sys.version, sys.base_prefix)'; cat "$requirements")
if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/.stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

mkdir -p "$wheels"
temporary=$(mktemp -d "$wheels/.download-XXXXXX")
finish() {
    rm -rf "$temporary"
    [ -f "$folder/.stamp" ] || rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# Another requirements file may have kept another wheel of the same version, which pip would choose and then refuse.
offer() {
    rm -rf "$temporary/offered"
    mkdir "$temporary/offered"
    for wheel in "$wheels"/*.whl; do
        [ -f "$wheel" ] || continue
        digest=$(sha256sum <"$wheel")
        if grep -q "sha256:${digest%% *}" "$requirements"; then ln -s "$wheel" "$temporary/offered/"; fi
    done
}

install_from_cache() {
    offer
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-index \
        --find-links "$temporary/offered" --no-deps --only-binary :all: --require-hashes --requirement "$requirements" \
        >"$temporary/log" 2>&1
}

download() {
    "$folder/bin/python" -m pip download --quiet --disable-pip-version-check --no-input --retries 2 \
        --dest "$temporary" --find-links "$temporary/offered" --no-deps --only-binary :all: --require-hashes --requirement "$requirements" \
        >"$temporary/log" 2>&1
}

reason() {
    grep -i '^ERROR' "$temporary/log" | tail -n 1 || tail -n 1 "$temporary/log"
}

rm -rf "$folder"
"$python" -m venv "$folder" >"$temporary/log" 2>&1 || fail "$folder cannot be made ($(reason))"
if ! install_from_cache; then
    download || fail "the packages in $requirements could not be downloaded ($(reason)): connect to the network and try again"
    mv "$temporary"/*.whl "$wheels/"
    install_from_cache || fail "the packages in $requirements could not be installed ($(reason))"
fi
printf '%s\n' "$stamp" >"$folder/.stamp"
