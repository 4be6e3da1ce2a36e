#!/usr/bin/env bash
# xarray and netCDF4: temperatures packed into int16 in steps of 0.01, one of them 400 degrees.
# Guess before it was run: 400 is clipped to 327.67, or becomes the missing value, or an error; a warning.
# Found: it comes back as -255.36. The code wraps around, without a warning, although a missing value is
# declared. netCDF4 alone does the same.
set -e
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet xarray==2026.9.0 netCDF4==1.7.5.1.post1 numpy==2.4.6
cat >run.py <<'TEXT'
import warnings

import netCDF4
import numpy as np
import xarray as xr

warnings.simplefilter("error")
degrees = np.array([0.0, 21.5, 327.67, 400.0, np.nan])
encoding = {"t": {"dtype": "int16", "scale_factor": 0.01, "_FillValue": -32768}}
xr.Dataset({"t": ("x", degrees)}).to_netcdf("packed.nc", engine="netcdf4", encoding=encoding)
back = xr.open_dataset("packed.nc")["t"].values
print(f"xarray {xr.__version__}: {degrees.tolist()} come back as {back.round(2).tolist()}")
assert np.allclose(back, [0, 21.5, 327.67, -255.36, np.nan], equal_nan=True)
with netCDF4.Dataset("plain.nc", "w") as file:
    file.createDimension("x", 4)
    packed = file.createVariable("t", "i2", ("x",), fill_value=-32768)
    packed.scale_factor = 0.01
    packed[:] = degrees[:4]
with netCDF4.Dataset("plain.nc") as file:
    alone = file["t"][:].tolist()
print(f"netCDF4 {netCDF4.__version__}: {alone}")
assert np.allclose(alone, [0, 21.5, 327.67, -255.36])
TEXT
venv/bin/python run.py
