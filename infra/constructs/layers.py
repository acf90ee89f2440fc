"""The layers: our package, and one set of third-party libraries per kind of step."""

from collections.abc import Callable

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.code_staging import roost_layer
from infra.layer_build import LayerAsset, LayerTarget, layer_assets
from roost.names import BASE_LAYER, CONNECTORS_LAYER, FEATURES_LAYER, SCORING_LAYER, TRAINING_LAYER

THIRD_PARTY = (BASE_LAYER, FEATURES_LAYER, TRAINING_LAYER, SCORING_LAYER, CONNECTORS_LAYER)

BuildLayers = Callable[[tuple[str, ...], str, str], dict[str, LayerAsset]]


class Layers(Construct):
    """All layers of a stage. ``build`` makes the third-party ones; tests hand in a stand-in."""

    def __init__(self, scope: Construct, name: str, config: StageConfig, build: BuildLayers = layer_assets) -> None:
        super().__init__(scope, name)
        self._config = config
        target = LayerTarget.of(config.python_version, config.architecture)
        self.roost = self._layer("Roost", lambda_.Code.from_asset(str(roost_layer(target))))
        assets = build(THIRD_PARTY, config.python_version, config.architecture)
        self._third_party = {name: self._layer(name.capitalize(), _code(asset)) for name, asset in assets.items()}

    def of(self, *names: str) -> list[lambda_.ILayerVersion]:
        """Our package and the named third-party layers."""
        return [self.roost, *(self._third_party[name] for name in names)]

    def _layer(self, name: str, code: lambda_.Code) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name,
            code=code,
            compatible_runtimes=[self._config.runtime],
            compatible_architectures=[self._config.lambda_architecture],
            removal_policy=self._config.removal,
        )


def _code(asset: LayerAsset) -> lambda_.Code:
    return lambda_.Code.from_asset(str(asset.path), asset_hash=asset.digest, asset_hash_type=AssetHashType.CUSTOM)
