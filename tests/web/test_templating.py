"""Quick calls hand each callable what Jinja would have handed it."""

from collections.abc import Callable
from typing import Any

import pytest
from jinja2 import Environment, pass_context, pass_environment, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context

from portal.web.templating import QuickContext


@pytest.fixture
def env() -> Environment:
    made = Environment(autoescape=True)
    made.context_class = QuickContext
    return made


@pass_context
def by_context(context: Context, name: str) -> Any:
    return context[name]


@pass_eval_context
def by_eval_context(context: EvalContext) -> bool:
    return context.autoescape


@pass_environment
def by_environment(environment: Environment) -> str:
    return environment.block_start_string


@pytest.mark.parametrize(
    ("wanted", "call", "shown"),
    [
        (by_context, "wanted('x')", "of the page"),
        (by_context, "[].append(1) or wanted('x')", "of the page"),
        (by_eval_context, "wanted()", "True"),
        (by_environment, "wanted()", "{%"),
        (lambda *given: len(given), "wanted(1, 2)", "2"),
    ],
)
def test_what_a_callable_asks_for_it_gets(env: Environment, wanted: Callable[..., Any], call: str, shown: str) -> None:
    source = f"{{% block b %}}{{% for i in [1] %}}{{{{ {call} }}}}{{% endfor %}}{{% endblock %}}"
    assert env.from_string(source).render(wanted=wanted, x="of the page") == shown


def test_a_macro_escapes_what_it_is_given_and_is_markup_itself(env: Environment) -> None:
    source = "{% macro m(x) %}<b>{{ x }}{{ caller() if caller is defined }}</b>{% endmacro %}"
    assert env.from_string(source + "{{ m('<i>') }}").render() == "<b>&lt;i&gt;</b>"
    assert (
        env.from_string(source + "{% call m('a') %}<u>&</u>{{ '&' }}{% endcall %}").render() == "<b>a<u>&</u>&amp;</b>"
    )


def test_a_macro_called_wrongly_fails(env: Environment) -> None:
    with pytest.raises(TypeError, match="takes no keyword argument"):
        env.from_string("{% macro m(x) %}{% endmacro %}{{ m(y=1) }}").render()
