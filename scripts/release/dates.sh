#!/bin/sh
# Usage: SOURCE_DATE_EPOCH=SECONDS dates.sh DIRECTORY
# Gives everything below DIRECTORY the date of the commit.
set -eu

find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
