# SPDX-License-Identifier: BSD-3-Clause
"""Commands that a learner types, with what they printed.

    .. commands:: first-job
       :sites: hpc2n uppmax laptop   (default: all)
       :as: login | laptop           (laptop: outside the lab)
       :not-run: REASON              (shown in place of what it prints)
       :status: 1                    (expected of the last command)
       :output: no                   (it is run, but not shown)
       :compare: results             (the rest of it is new in each run)
       :picture: FILE.svg WORDS      (drawn by the commands; shown, with words
                                     for those who cannot see it)

       ml integ2d
       integ2d-submit --site={site} --scheme=mpi -n 4

They are written once; {key} is a fact of the site. What they print is in
results/SITE/NAME.txt, written by course/blocks and held against a new run
by the tests. Both take the blocks from blocks.json, which the build writes.
"""

import json
import pathlib
import re
import subprocess
import textwrap

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from lesson import in_order
from site_facts import LAPTOP, LAPTOP_SITE, fill_in
from site_tabs import chosen_sites, make_tabs

WIDTH = 88    # characters of a line of output
logger = logging.getLogger(__name__)


def recorded_at(site_name, place):
    """Whose output a tab shows: in the lab a laptop is a login node."""
    if site_name == LAPTOP and place == 'login':
        return LAPTOP_SITE
    return site_name


def is_whole(text):
    """Whether the shell would run these lines, or wait for more."""
    if text.endswith('\\'):
        return False
    done = subprocess.run(['/bin/bash', '-n', '-c', text], capture_output=True,
                          check=False)
    return done.returncode == 0 and not done.stderr


def with_prompts(text):
    """Lines as in a terminal: "$ " before a command, "> " where it goes on."""
    lines, command = [], ''
    for line in text.splitlines():
        lines.append(('> ' if command else '$ ' if line else '') + line)
        command = f'{command}\n{line}' if command else line
        if is_whole(command):
            command = ''
    return '\n'.join(lines)


def wrapped(text):
    """Long lines of words broken for reading; tables stay as they are."""
    lines = []
    for line in text.rstrip('\n').splitlines():
        lines += textwrap.wrap(line, WIDTH, break_long_words=False,
                               break_on_hyphens=False) \
            if len(line) > WIDTH and '  ' not in line.strip() else [line]
    return '\n'.join(lines)


class Commands(SphinxDirective):
    has_content = True
    required_arguments = 1
    option_spec = {
        'sites': directives.unchanged_required,
        'as': lambda word: directives.choice(word, ('login', 'laptop')),
        'not-run': directives.unchanged_required,
        'status': directives.nonnegative_int,
        'output': lambda word: directives.choice(word, ('yes', 'no')),
        'compare': lambda word: directives.choice(word, ('all', 'results')),
        'picture': directives.unchanged_required,
    }

    def run(self):
        self.assert_has_content()
        name = self.arguments[0]
        if not re.fullmatch(r'[A-Za-z0-9-]+', name):
            raise self.error(f'commands: "{name}": expected letters, digits, -')
        place = self.options.get('as', 'login')
        words = self.options.get('sites', '').split()
        if place == 'laptop':
            words = words or [LAPTOP]
        sites = chosen_sites(self, words)
        try:
            text = {site.name: fill_in('\n'.join(self.content), site)
                    for site in sites}
        except ValueError as error:
            raise self.error(f'commands: {error}') from None
        self.remember(name, place, sites)
        return self.show(name, place, sites, text)

    def remember(self, name, place, sites):
        """For blocks.json."""
        for blocks in self.env.course_blocks.values():
            if any(block['name'] == name for block in blocks):
                raise self.error(f'commands: there is a block "{name}" already')
        source, line = self.get_source_info()
        self.env.course_blocks.setdefault(self.env.docname, []).append({
            'name': name,
            'page': self.env.docname,
            'source': str(pathlib.Path(source).name),
            'line': line,
            'place': place,
            'tabs': [site.name for site in sites],
            'sites': [site.name for site in sites if site.rehearsed],
            'text': '\n'.join(self.content),
            'status': self.options.get('status', 0),
            'run': 'not-run' not in self.options,
            'output': self.options.get('output', 'yes') == 'yes',
            'compare': self.options.get('compare', 'all'),
            'picture': self.options.get('picture', ' ').split(' ')[0],
        })

    def show(self, name, place, sites, text):
        """One block where all sites have the same, tabs where they differ."""
        shown = {site.name: (text[site.name], self.output(name, place, site),
                             self.picture(name, place, site))
                 for site in sites}
        reason = self.options.get('not-run')
        first = sites[0].name
        if len(set(shown.values())) == 1:
            return self.block(*shown[first], reason)
        return make_tabs(self.env, [
            (site, self.block(*shown[site.name], reason)) for site in sites])

    def output(self, name, place, site):
        """What was recorded; None if nothing was or nothing is to be shown."""
        if 'not-run' in self.options or self.options.get('output') == 'no':
            return None
        path = (pathlib.Path(self.env.srcdir) / 'results' /
                recorded_at(site.name, place) / f'{name}.txt')
        self.env.note_dependency(str(path))
        if path.exists():
            return path.read_text()
        if site.rehearsed:
            logger.info('%s: no output recorded: make course-results', path)
        return None

    def picture(self, name, place, site):
        """The recorded picture's path below the sources; None: there is none."""
        path = f'results/{recorded_at(site.name, place)}/{name}.svg'
        self.env.note_dependency(path)
        exists = (pathlib.Path(self.env.srcdir) / path).exists()
        return path if 'picture' in self.options and exists else None

    def block(self, text, output, picture, reason):
        box = nodes.container(classes=['commands'])
        code = with_prompts(text)
        box += nodes.literal_block(code, code, language='console')
        if output:
            box += nodes.paragraph('', 'Output', classes=['output-title'])
            lines = wrapped(output)
            box += nodes.literal_block(lines, lines, language='none',
                                       classes=['output'])
        if picture:
            box += nodes.image('', uri='/' + picture, classes=['picture'],
                               alt=self.options['picture'].partition(' ')[2])
        if reason:
            words, messages = self.state.inline_text(reason, self.lineno)
            box += nodes.paragraph('', 'Not run here: ', *words, *messages,
                                   classes=['not-run'])
        return [box]


def start(app, env, docnames):
    if not hasattr(env, 'course_blocks'):
        env.course_blocks = {}


def purge(app, env, docname):
    getattr(env, 'course_blocks', {}).pop(docname, None)


def merge(app, env, docnames, other):
    for name in docnames:
        if name in other.course_blocks:
            env.course_blocks[name] = other.course_blocks[name]


def write_blocks(app, error):
    """blocks.json beside the pages: all blocks, in the order of the course."""
    if error or app.builder.format != 'html':
        return
    blocks = [block for page in in_order(app.env)
              for block in app.env.course_blocks.get(page, [])]
    path = pathlib.Path(app.outdir) / 'blocks.json'
    path.write_text(json.dumps(blocks, indent=1) + '\n')


def setup(app):
    app.add_directive('commands', Commands)
    app.connect('env-before-read-docs', start)
    app.connect('env-purge-doc', purge)
    app.connect('env-merge-info', merge)
    app.connect('build-finished', write_blocks)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
