"""How Jinja is set up for pages that call a hundred macros: the same results, with less asking about what is called."""

from collections.abc import MutableMapping
from types import BuiltinMethodType, FunctionType
from typing import Any

from flask.templating import Environment
from jinja2.runtime import Context, Macro


class QuickContext(Context):
    """Calls macros and plain functions at once.

    Jinja looks into each callable for what it may want to be handed first, which cost more than most of the calls.
    """

    def call(self, wanted: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; what isn't plain goes Jinja's own way."""
        kind = type(wanted)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind is not BuiltinMethodType and (kind is not FunctionType or hasattr(wanted, "jinja_pass_arg")):
            return super().call(wanted, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return wanted(*args, **kwargs)


class PortalEnvironment(Environment):
    """Flask's templates with their globals in one plain dictionary, and quick calls.

    Jinja compares the globals at every import of a macro, which on its own chain of mappings is the dearest part of a
    page. Globals are therefore set before the first template is loaded (`create_app` does).
    """

    context_class = QuickContext

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template."""
        return {**self.globals, **(d or {})}
