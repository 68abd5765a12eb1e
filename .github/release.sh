#!/usr/bin/env bash
# `check [TAG]`: the version, the changelog and the tag of a release agree.
# `notes VERSION`: prints the section of the changelog.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

fail() {
    echo "$*" >&2
    exit 1
}

# The lines of a version's section.
notes() {
    awk -v heading="## [$1]" 'index($0, heading) == 1 { on = 1; next } /^## |^\[/ { on = 0 } on' CHANGELOG.md
}

case ${1-} in
check)
    grep -q '^## \[Unreleased\]$' CHANGELOG.md || fail 'CHANGELOG.md has no section [Unreleased]'
    # The packages of the workspace depend on each other with this version.
    ! sed -n 's/.*path = "[^"]*", version = "\([^"]*\)".*/\1/p' Cargo.toml | grep -vqxF "$version" ||
        fail "[workspace.dependencies] has another version than $version"
    [ -z "${2-}" ] && exit
    [ "$2" = "v$version" ] || fail "the tag is $2, but the version is $version"
    grep -qE "^## \[$version\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
        fail "CHANGELOG.md has no section [$version] with a date"
    [ -n "$(notes "$version" | tr -d '[:space:]')" ] || fail "the section [$version] is empty"
    ;;
notes) notes "${2:?a version}" ;;
*) fail 'usage: release.sh check [TAG] | notes VERSION' ;;
esac
