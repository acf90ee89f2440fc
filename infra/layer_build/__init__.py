"""Third-party Lambda layers, built without Docker.

A layer is a folder ``layers/<name>/`` with ``requirements.in`` (locked in ``requirements/layer-<name>.txt``) and
``layer.toml``. A construct asks for ``layer_asset(name)`` and passes its path and digest on::

    asset = layer_asset("scoring", python_version="3.13", architecture="arm64")
    Code.from_asset(str(asset.path), asset_hash=asset.digest, asset_hash_type=AssetHashType.CUSTOM)

``layer_assets()`` builds all of them side by side. Built layers are kept in ``build/layers``.
"""

from infra.layer_build.layer_builder import LayerAsset, build_layer, layer_asset, layer_assets
from infra.layer_build.layer_checks import LAMBDA_LIMIT_BYTES, check_lambda_limit
from infra.layer_build.layer_errors import LayerBuildError
from infra.layer_build.layer_recipe import layer_names
from infra.layer_build.layer_target import Architecture, LayerTarget

__all__ = [
    "LAMBDA_LIMIT_BYTES",
    "Architecture",
    "LayerAsset",
    "LayerBuildError",
    "LayerTarget",
    "build_layer",
    "check_lambda_limit",
    "layer_asset",
    "layer_assets",
    "layer_names",
]
