# Sourced by the programs beside it: finds the root, a Python, and makes the virtual environment when it is missing or when
# the locked requirements have changed. Sets ROOT and PYTHON. `need run|dev` says how much must be installed.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
PYTHON=$ROOT/.venv/bin/python

find_python() {
    local name
    for name in ${UPHELD_PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    cat >&2 <<'SAY'
Upheld needs Python 3.11 or newer, with its venv module, and found none.
  Debian, Ubuntu:  sudo apt-get install python3 python3-venv
  Fedora:          sudo dnf install python3
  macOS:           brew install python@3.13
SAY
    return 1
}

need() {
    local lock=$ROOT/requirements.txt
    [ "$1" = dev ] && lock=$ROOT/requirements-dev.txt
    is_installed "$1" "$lock" && return
    # One at a time: two programs started at once would install over each other.
    exec 9>"$ROOT/.venv.lock"
    if command -v flock >/dev/null; then flock 9; fi
    if ! is_installed "$1" "$lock"; then
        install "$1" "$lock" || return 1
    fi
    exec 9>&-
}

stamp_of() { cksum <"$1"; }

is_installed() { # the larger set serves for the smaller one as well
    local wanted
    [ -x "$PYTHON" ] || return 1
    wanted=$(stamp_of "$2")
    [ "$(cat "$ROOT/.venv/upheld-$1" 2>/dev/null)" = "$wanted" ] && return
    [ "$1" = run ] && [ "$(cat "$ROOT/.venv/upheld-dev" 2>/dev/null)" = "$(stamp_of "$ROOT/requirements-dev.txt")" ]
}

install() {
    local python
    if ! "$PYTHON" -c '' 2>/dev/null; then
        python=$(find_python) || return 1
        echo "Making the environment .venv with $("$python" --version) …" >&2
        rm -rf "$ROOT/.venv"
        "$python" -m venv "$ROOT/.venv" || return 1
    fi
    echo "Installing what $(basename "$2") lists …" >&2
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$PYTHON" -m pip install -qq --require-hashes --no-deps --only-binary :all: \
        --no-binary authres,dkimpy,pyspf --no-compile -r "$2" >&2 || return 1
    # Here and in parallel, so that it is done also where Python may not write what it compiles.
    "$PYTHON" -m compileall -q -j 0 "$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" >/dev/null 2>&1 || true
    "$PYTHON" - "$ROOT/src" <<'PY' || return 1
import pathlib, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "upheld.pth").write_text(sys.argv[1] + "\n")
PY
    stamp_of "$2" >"$ROOT/.venv/upheld-$1"
}
