"""Build every layer and print what each weighs: ``python -m infra.layer_build [X.Y [x86_64|arm64]]``."""

import sys

from infra.layer_build import layer_assets
from infra.layer_build.layer_recipe import read_recipe

for name, asset in layer_assets((), *sys.argv[1:3]).items():
    unzipped = int(asset.path.with_suffix(".bytes").read_text())
    budget = read_recipe(name).budget_bytes
    print(
        f"{name:10} {unzipped:>12,} of {budget:>12,} bytes, zipped {asset.path.stat().st_size:>11,}  {asset.path.name}"
    )
