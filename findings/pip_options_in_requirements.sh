#!/usr/bin/env bash
# Which of pip's options may stand in a requirements file? Conda, mamba and Binder make one of the `pip:` part of
# environment.yml.
# Guess before it was run: --no-deps is refused, as it is an option of a run and not of a requirement; --editable is
# accepted, and its relative path is taken from the folder in which pip runs, not from the folder of the file.
# Found: as guessed.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
pip="$scratch/venv/bin/python -m pip"
$pip install --quiet pip==26.3 setuptools==84.2.1
$pip --version

mkdir "$scratch/project" "$scratch/elsewhere"
printf '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "probe"\nversion = "1"\n' >"$scratch/project/pyproject.toml"
cd "$scratch/project"
try() { $pip install --dry-run --no-index --no-build-isolation -r "$1" 2>&1 | grep -v -i warning || true; }

printf -- '--no-deps\n--editable .\n' >"$scratch/elsewhere/no_deps.txt"
said=$(try "$scratch/elsewhere/no_deps.txt")
echo "--no-deps: $said"
[[ $said == *"no such option: --no-deps"* ]]

printf -- '--editable .\n' >"$scratch/elsewhere/editable.txt"
said=$(try "$scratch/elsewhere/editable.txt")
echo "--editable ., file in another folder: $said"
[[ $said == *"Would install probe-1"* ]]
