#!/usr/bin/env bash
# h5py: 0.1, NaN and 2.0 in a data set with scaleoffset=1, which keeps one decimal place.
# Guess before it was run: NaN comes back, or writing it is an error; infinity too.
# Found: NaN comes back as 0.1, the smallest value of the chunk. Infinity is kept. Integers that need more
# bits than were asked for keep their lowest bits, also in silence: with 3 bits 8 comes back as 0, 100 as 4.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet h5py==3.16.0 numpy==2.4.6
cat >run.py <<'TEXT'
import h5py
import numpy as np


def back(values, scaleoffset):
    with h5py.File("file.h5", "w") as file:
        file.create_dataset("x", data=values, scaleoffset=scaleoffset, chunks=values.shape)
    with h5py.File("file.h5") as file:
        return file["x"][:].tolist()


nan, infinite = back(np.array([0.1, np.nan, 2.0]), 1), back(np.array([0.1, np.inf, 2.0]), 1)
whole = back(np.array([0, 1, 7, 8, 100], np.int32), 3)
print(f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}: {nan}, {infinite}, {whole}")
assert nan == [0.1, 0.1, 2.0] and infinite == [0.1, np.inf, 2.0] and whole == [0, 1, 7, 0, 4]
TEXT
venv/bin/python run.py
