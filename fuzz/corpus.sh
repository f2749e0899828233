#!/bin/sh
# Makes a corpus for every fuzz target from the fixtures: each with a byte in front, which chooses the options.
set -eu
cd "$(dirname "$0")"
for folder in ../tests/fixtures/traffic/*/; do
    target=$(basename "$folder" | tr - _)
    mkdir -p "corpus/$target" corpus/any
    for file in "$folder"*; do
        case $file in *.expected) continue ;; esac
        for place in "corpus/$target" corpus/any; do
            { printf '\0'; cat "$file"; } >"$place/$(basename "$file")"
        done
    done
done
for pair in "inventory ../tests/it/inventory/files" "scenario ../tests/fixtures/scenarios" "model ../models"; do
    set -- $pair
    mkdir -p "corpus/$1"
    cp "$2"/* "corpus/$1/"
done
