#!/bin/sh
# Usage: verify.sh
# Prints how to verify that the maintainer made the files of a release.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cat <<END
VirtTime $VERSION: how to verify what you downloaded

To check that the files are complete, run in their directory:

    sha256sum --check --ignore-missing SHA256SUMS
END
if [ -n "$SIGNING_KEY" ]; then
    cat <<END

To check that SHA256SUMS, and so each file that it names, comes from the maintainer:

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

To check that the files are built from the sources, build them yourself with scripts/release.sh, from
the commit that is tagged v$VERSION. With the same versions of the tools, which scripts/README.md
lists, the files have the same bytes.
END
