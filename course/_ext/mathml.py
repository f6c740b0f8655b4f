# SPDX-License-Identifier: BSD-3-Clause
"""Maths as MathML: no script, no font from elsewhere, read by screen readers."""

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.util import logging

logger = logging.getLogger(__name__)


def to_mathml(text, inline, node):
    try:
        return latex2mathml.tex2mathml(text, inline=inline)
    except SyntaxError as error:
        logger.warning('maths: %s in "%s"', error, text, location=node)
        return ''


def visit_math(self, node):
    self.body.append(to_mathml(node.astext(), True, node))
    raise nodes.SkipNode


def visit_block(self, node):
    self.body.append(self.starttag(node, 'div', CLASS='math'))
    self.body.append(to_mathml(node.astext(), False, node))
    self.body.append('</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer('mathml', (visit_math, None), (visit_block, None))
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
