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
# Small ones that no test has.
for target in plan witness setting; do
    mkdir -p "corpus/$target"
    cp "seeds/$target/"* "corpus/$target/"
done
# The readers of blocks have no options.
mkdir -p corpus/blocks
for format in log azure-2019; do
    for file in ../tests/fixtures/traffic/$format/*.csv; do
        cp "$file" "corpus/blocks/$format-$(basename "$file")"
    done
done
