# SPDX-License-Identifier: BSD-3-Clause
"""Sphinx's settings for the course: Debian's packages, nothing from a network."""

import pathlib
import re
import sys

COURSE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(COURSE / '_ext'))

project = 'integ2d'
author = 'the integ2d authors'
copyright = 'the integ2d authors, licence CC BY 4.0'
version = release = re.search(
    r'^VERSION := (\S+)', (COURSE.parent / 'Makefile').read_text(), re.M)[1]
language = 'en'

extensions = ['sphinx_tabs.tabs', 'sphinx_copybutton', 'lesson', 'site_facts',
              'site_tabs', 'commands', 'mathml', 'furo_files']
# Parts of pages, included where they belong.
exclude_patterns = ['exercises', 'python', 'results', '_build']
highlight_language = 'none'
nitpicky = True
smartquotes = False

html_theme = 'furo'
html_title = 'Parallel computing on clusters'
html_static_path = ['_static']
templates_path = ['_templates']
html_css_files = ['lesson.css']
html_js_files = ['lesson.js']
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_math_renderer = 'mathml'
pygments_style = 'lesson_style.Light'
pygments_dark_style = 'lesson_style.Dark'

# One choice of site on all pages; a tab cannot be closed.
sphinx_tabs_disable_tab_closing = True
sphinx_tabs_disable_css_loading = True
# What is copied: commands, without prompts and without what they printed.
copybutton_selector = 'div.highlight-console pre'
copybutton_prompt_text = r'\$ |> '
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
copybutton_remove_prompts = True

# Manual pages: the reference pages, whose titles are "NAME: DESCRIPTION".
# The schemes share one.
KERNELS = sorted(path.stem for path in (COURSE.parent / 'kernels').glob('*.c'))


def manual(path):
    name, description = re.search(
        r'^(\S+): (.*)$', path.read_text(), re.M).groups()
    names = [f'integ2d-{kernel}' for kernel in KERNELS] \
        if name == 'integ2d-SCHEME' else [name]
    return [(f'reference/{path.stem}', each, description, author, 1)
            for each in names]


man_pages = [page for path in sorted((COURSE / 'reference').glob('*.rst'))
             for page in manual(path)]
