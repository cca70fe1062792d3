# Sourced by the scripts beside it: messages, root rights, and talking to a Docker Engine with curl alone.
# shellcheck shell=sh

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# fail WHAT [NEXT]: says what went wrong and what to do next, and ends the script.
fail() {
    say "$1"
    if [ $# -gt 1 ]; then printf '  %s\n' "$2" >&2; fi
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "root rights are needed for: $*" "Run this as root, or install sudo."
    fi
}

cache_directory() { printf '%s/miniboss' "${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}"; }

# The address of the engine in use: DOCKER_HOST, else the current Docker context, else the usual socket.
engine_host() {
    if [ -n "${DOCKER_HOST:-}" ]; then
        printf '%s\n' "$DOCKER_HOST"
        return
    fi
    engine_context_host=
    engine_meta=$(engine_context_directory meta)/meta.json
    if [ -f "$engine_meta" ]; then
        engine_context_host=$(tr -d '\n' <"$engine_meta" | sed -n 's/.*"docker"[^}]*"Host": *"\([^"]*\)".*/\1/p')
    fi
    printf '%s\n' "${engine_context_host:-unix:///var/run/docker.sock}"
}

# engine_context_directory meta|tls: where Docker keeps the current context, or a path that does not exist.
engine_context_directory() {
    engine_config=${DOCKER_CONFIG:-${HOME:-/root}/.docker}
    engine_context=${DOCKER_CONTEXT:-}
    if [ -z "$engine_context" ] && [ -f "$engine_config/config.json" ]; then
        engine_context=$(tr -d '\n' <"$engine_config/config.json" | sed -n 's/.*"currentContext": *"\([^"]*\)".*/\1/p')
    fi
    if [ -z "$engine_context" ] || [ "$engine_context" = default ]; then
        printf '/nonexistent'
    else
        printf '%s/contexts/%s/%s' "$engine_config" "$1" "$(printf %s "$engine_context" | sha256sum | cut -d' ' -f1)"
    fi
}

# engine_curl PATH [curl options]: one request to the engine in use.
engine_curl() {
    engine_path=$1
    shift
    engine_address=$(engine_host)
    case $engine_address in
    unix://*)
        curl --silent --show-error --unix-socket "${engine_address#unix://}" "$@" "http://localhost$engine_path"
        ;;
    tcp://* | http://* | https://*)
        engine_certificates=$(engine_context_directory tls)/docker
        if [ -n "${DOCKER_HOST:-}" ]; then
            engine_certificates=${DOCKER_CERT_PATH:-${DOCKER_CONFIG:-${HOME:-/root}/.docker}}
            if [ -z "${DOCKER_TLS_VERIFY:-}" ]; then engine_certificates=/nonexistent; fi
        fi
        if [ -d "$engine_certificates" ]; then
            curl --silent --show-error --cacert "$engine_certificates/ca.pem" --cert "$engine_certificates/cert.pem" \
                --key "$engine_certificates/key.pem" "$@" "https://${engine_address#*://}$engine_path"
        else
            curl --silent --show-error "$@" "http://${engine_address#*://}$engine_path"
        fi
        ;;
    *)
        printf 'cannot talk to %s: only unix:// and tcp:// are understood\n' "$engine_address" >&2
        return 1
        ;;
    esac
}

engine_answers() {
    [ "$(engine_curl /_ping --max-time "${1:-5}" 2>/dev/null)" = OK ]
}

# engine_has_image REFERENCE
engine_has_image() {
    [ "$(engine_curl "/images/$1/json" --max-time 10 --output /dev/null --write-out '%{http_code}' 2>/dev/null)" = 200 ]
}

# engine_stream WHAT PATH [curl options]: a request whose answer is a stream of JSON lines, an error one of them.
engine_stream() {
    engine_what=$1
    shift
    engine_answer=$(engine_curl "$@" 2>&1) || fail "$engine_what: $engine_answer"
    case $engine_answer in
    *'"errorDetail"'* | '{"message"'*)
        printf '%s\n' "$engine_answer" | tail -n 5 >&2
        fail "$engine_what: refused by the engine at $(engine_host), with the words above."
        ;;
    esac
}
