# SPDX-License-Identifier: BSD-3-Clause
"""Makes Furo, as Debian 12 has it, whole in a folder of its own.

Its script imports another one, which only works for modules; its style asks the
web server for a file of another package, and lacks the dark colours for those
whose system is dark. All of it is mended in the pages built.
"""

import pathlib
import re

NORMALIZE = pathlib.Path('/usr/share/javascript/normalize.css/normalize.css')
IMPORT = 'import Gumshoe from "./gumshoe-patched.js";\n'
STYLE = '@import url(/javascript/normalize.css/normalize.css);'


def replace(path, old, new):
    text = path.read_text()
    if old in text:
        path.write_text(text.replace(old, new))


def add_dark(path):
    """The colours of the dark theme where the system asks for them."""
    text = path.read_text()
    dark = re.search(r'body\[data-theme="dark"\] (\{.*?\})', text, re.S)
    if dark and 'prefers-color-scheme' not in text:
        path.write_text(f'{text}\n@media screen and (prefers-color-scheme: dark) '
                        f'{{ body:not([data-theme="light"]) {dark[1]} }}\n')


def mend(app, error):
    if error or app.builder.format != 'html':
        return
    static = pathlib.Path(app.outdir) / '_static'
    replace(static / 'scripts/furo.js', IMPORT, '')
    replace(static / 'styles/furo.css', STYLE,
            NORMALIZE.read_text() if NORMALIZE.exists() else '')
    add_dark(static / 'styles/furo.css')


def setup(app):
    # Before Furo's own script, which then finds it.
    app.add_js_file('scripts/gumshoe-patched.js')
    app.connect('build-finished', mend)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
