"""Feature views as the models' definitions have them, and what they are in words."""

from collections.abc import Iterable

from roost.errors import UnknownView
from roost.spec import FeatureView, LatestView, Model, WindowView, load_model, model_names
from roost.spec.definition import short_duration
from roost.spec.feeds import shared_views


def defined_models() -> list[Model]:
    """All model projects."""
    return [load_model(name) for name in model_names()]


def defined_view(models: Iterable[Model], name: str) -> FeatureView:
    """The view of that name.

    Raises:
        UnknownView: no model defines it; the message lists those there are.
    """
    views = shared_views(models)
    if name not in views:
        raise UnknownView(f"no model project defines a view {name!r}; there are: {', '.join(sorted(views))}")
    return views[name]


def users(models: Iterable[Model], view: FeatureView) -> str:
    """Names of the models that declare a view."""
    return ", ".join(model.name for model in models if view in model.views)


def kind(view: FeatureView) -> str:
    """What kind of view it is, with its windows or its greatest age."""
    match view:
        case WindowView():
            return f"windows {', '.join(map(short_duration, view.windows))} by {short_duration(view.tile)}"
        case LatestView():
            return f"newest, at most {short_duration(view.max_age)} old"
    return ""


def delay(view: FeatureView) -> str:
    """How long after its time an event counts; empty for a view without windows."""
    return short_duration(view.delay) if isinstance(view, WindowView) else ""
