#!/bin/sh
# Usage: verify.sh
# Prints how to verify that the maintainer made the files of a release.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cat <<END
VirtTime $VERSION: how to verify what you downloaded

Whether files arrived whole, in the directory where they lie:

    sha256sum --check --ignore-missing SHA256SUMS
END
if [ -n "$SIGNING_KEY" ]; then
    cat <<END

Whether SHA256SUMS, and with it each file that it names, comes from the maintainer:

    gpg --recv-keys $(printf %s "$SIGNING_KEY" | tr -d ' ')
    gpg --verify SHA256SUMS.sig SHA256SUMS

The key's fingerprint is

    $SIGNING_KEY

Compare it with the one that $HOMEPAGE shows.
END
else
    cat <<END

This release is not signed. Compare SHA256SUMS with the one at
$HOMEPAGE/releases/download/v$VERSION/SHA256SUMS
END
fi
cat <<END

Whether the files are what the sources make: build them yourself by scripts/release.sh, from the
commit that is tagged v$VERSION. They are the same bytes with the same versions of the tools that
scripts/README.md names.
END
