"""What can go wrong while a layer is built; each message names the fix."""

# ruff: noqa: N818  (a class name is what a person reads: it says what happened)


class LayerBuildError(Exception):
    """Base of every error of the layer build."""


class UnknownLayer(LayerBuildError):
    """No folder under ``layers/`` has this name."""


class WrongRecipe(LayerBuildError):
    """A ``layer.toml`` does not say what a layer needs."""


class InstallFailed(LayerBuildError):
    """uv could not install the locked wheels for the target."""


class BytecodeFailed(LayerBuildError):
    """A module of the layer does not compile under the target's Python."""


class ImportFailed(LayerBuildError):
    """Slimming took something that an import needs."""


class LayerTooLarge(LayerBuildError):
    """A layer outgrew its budget, or a function with its layers outgrew Lambda's limit."""
