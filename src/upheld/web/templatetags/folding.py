"""Tags that say the same on every page: drawn at the first one, and from then on as quick as plain text.

Half of what drawing a page took went into addresses, icons and file names that never change. A tag with a variable in it is drawn
each time, as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.template import Context
from django.template.base import FilterExpression, Node, Parser, Token, Variable
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString


class Once(Node):
    """A tag without variables. Not drawn before the first page, since addresses and files are known only then."""

    def __init__(self, node: Node) -> None:
        self.node = node

    @cached_property
    def text(self) -> SafeString:
        return SafeString(self.node.render(Context()))

    def render(self, context: Context) -> SafeString:  # noqa: ARG002 - that it needs none is the point
        return self.text


def is_fixed(expressions: Iterable[FilterExpression]) -> bool:
    """Whether all of them are literals."""
    return all(
        not one.filters and (not isinstance(one.var, Variable) or one.var.literal is not None) for one in expressions
    )


def simple(compiled: Callable[[Parser, Token], Node]) -> Callable[[Parser, Token], Node]:
    """A simple tag of ours."""

    def compile_tag(parser: Parser, token: Token) -> Node:
        node: Any = compiled(parser, token)
        is_once = node.target_var is None and is_fixed([*node.args, *node.kwargs.values()])
        return Once(node) if is_once else node

    return compile_tag


def url(parser: Parser, token: Token) -> Node:
    """Django's `{% url %}`."""
    node: URLNode = django_url(parser, token)
    return Once(node) if node.asvar is None and is_fixed([node.view_name, *node.args, *node.kwargs.values()]) else node


def static(parser: Parser, token: Token) -> Node:
    """Django's `{% static %}`."""
    node = StaticNode.handle_token(parser, token)
    return Once(node) if node.varname is None and node.path is not None and is_fixed([node.path]) else node
