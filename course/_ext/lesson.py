# SPDX-License-Identifier: BSD-3-Clause
"""The boxes of a lesson: questions, objectives, exercise, solution ...

Each is a directive with a heading of its own:

    .. exercise:: Title
       :time: 10

       Text.

solution and instructor-note are folded (HTML's details). An episode says below
its title how many minutes it takes, `.. episode:: TEACHING EXERCISES`;
`.. episodes::` makes a table of all. Exercises may not take more than that, but
for those with `:home:`.
"""

import pathlib

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

# directive: its heading
BOXES = {
    'questions': 'Questions',
    'objectives': 'Objectives',
    'prerequisites': 'Prerequisites',
    'keypoints': 'Key points',
    'exercise': 'Exercise',
    'callout': 'Note',
    'type-along': 'Type along',
    'discussion': 'Discussion',
    'demo': 'Demonstration',
}
FOLDED = {
    'solution': 'Solution',
    'instructor-note': 'For the instructor',
}


class Folded(nodes.General, nodes.Element):
    """A box that is opened by its heading."""


class Summary(nodes.General, nodes.TextElement):
    """The heading of a folded box."""


class EpisodeTable(nodes.General, nodes.Element):
    """Stands for the table of episodes until their times are known."""


class Box(SphinxDirective):
    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = {'time': directives.positive_int,
                   'home': directives.flag,
                   'class': directives.class_option,
                   'name': directives.unchanged}

    def heading(self, word):
        """The nodes of "Exercise: title (10 min)"."""
        found, messages = [nodes.Text(word)], []
        if self.arguments:
            title, messages = self.state.inline_text(
                self.arguments[0], self.lineno)
            found += [nodes.Text(': '), *title]
        if 'time' in self.options:
            where = ', for home' if 'home' in self.options else ''
            found.append(nodes.inline(
                '', f' ({self.options["time"]} min{where})', classes=['time']))
        return found, messages

    def run(self):
        self.assert_has_content()
        if self.name == 'exercise' and 'home' not in self.options:
            name = self.env.docname
            self.env.lesson_exercises[name] = self.options.get('time', 0) + \
                self.env.lesson_exercises.get(name, 0)
        folded = self.name in FOLDED
        heading, messages = self.heading((FOLDED if folded else BOXES)[self.name])
        if folded:
            box = Folded(classes=['folded', self.name])
            box += Summary('', '', *heading)
        else:
            box = nodes.admonition(classes=[self.name])
            box += nodes.title('', '', *heading)
        box['classes'] += self.options.get('class', [])
        self.set_source_info(box)
        self.add_name(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box, *messages]


class Episode(SphinxDirective):
    """Minutes of teaching and of exercises, below an episode's title."""

    required_arguments = 2

    def run(self):
        try:
            teaching, exercises = (int(word) for word in self.arguments)
        except ValueError:
            raise self.error('episode: expected two numbers of minutes, '
                             f'found "{" ".join(self.arguments)}"') from None
        self.env.lesson_times[self.env.docname] = (teaching, exercises)
        text = f'Teaching: {teaching} min'
        if exercises:
            text += f'. Exercises: {exercises} min'
        return [nodes.paragraph('', text + '.', classes=['episode'])]


class Episodes(SphinxDirective):
    def run(self):
        return [EpisodeTable()]


def in_order(env):
    """The pages as the table of contents has them."""
    names, todo = [], [env.config.root_doc]
    while todo:
        name = todo.pop(0)
        if name not in names:
            names.append(name)
            todo = env.toctree_includes.get(name, []) + todo
    return names


def episode_table(app, doctree, docname):
    """A row for each episode, and what they take together."""
    for place in list(doctree.findall(EpisodeTable)):
        env = app.env
        rows = [(name, *env.lesson_times[name]) for name in in_order(env)
                if name in env.lesson_times]
        table = nodes.table(classes=['episodes'])
        group = nodes.tgroup(cols=3)
        table += group
        group += [nodes.colspec(colwidth=width) for width in (60, 20, 20)]
        group += nodes.thead('', cells('Episode', 'Teaching', 'Exercises'))
        body = nodes.tbody()
        group += body
        for name, teaching, exercises in rows:
            link = nodes.reference(
                '', '', nodes.Text(env.titles[name].astext()), internal=True,
                refuri=app.builder.get_relative_uri(docname, name))
            body += cells(link, f'{teaching} min',
                          f'{exercises} min' if exercises else '')
        body += cells('All', f'{sum(r[1] for r in rows)} min',
                      f'{sum(r[2] for r in rows)} min')
        place.replace_self(table)


def name_files(app, doctree):
    """Heads of differences with names of files as they are in the sources."""
    here = f'{pathlib.Path(app.srcdir).parent}/'
    for block in doctree.findall(nodes.literal_block):
        if block.get('language') == 'udiff':
            text = block.astext().replace(here, '')
            block.rawsource = text
            block.children = [nodes.Text(text)]


def cells(*contents):
    row = nodes.row()
    for content in contents:
        text = content if isinstance(content, nodes.Node) else nodes.Text(content)
        row += nodes.entry('', nodes.paragraph('', '', text))
    return row


def open_details(self, node):
    self.body.append(self.starttag(node, 'details'))


def close_details(self, node):
    self.body.append('</details>\n')


def open_summary(self, node):
    self.body.append(self.starttag(node, 'summary', suffix=''))


def close_summary(self, node):
    self.body.append('</summary>\n')


def nothing(self, node):
    pass


def purge(app, env, docname):
    env.lesson_times.pop(docname, None)
    env.lesson_exercises.pop(docname, None)


def merge(app, env, docnames, other):
    for mine, others in ((env.lesson_times, other.lesson_times),
                         (env.lesson_exercises, other.lesson_exercises)):
        mine.update((name, others[name]) for name in docnames if name in others)


def start(app, env, docnames):
    if not hasattr(env, 'lesson_exercises'):
        env.lesson_times, env.lesson_exercises = {}, {}


def add_up(app, env):
    """Are an episode's exercises within its minutes?"""
    for name, (_, minutes) in env.lesson_times.items():
        if env.lesson_exercises.get(name, 0) > minutes:
            logger.warning('episode: %d min of exercises, and those below are %d',
                           minutes, env.lesson_exercises[name], location=name)


def setup(app):
    for name in (*BOXES, *FOLDED):
        app.add_directive(name, Box)
    app.add_directive('episode', Episode)
    app.add_directive('episodes', Episodes)
    app.add_node(Folded, html=(open_details, close_details),
                 man=(nothing, nothing), text=(nothing, nothing))
    app.add_node(Summary, html=(open_summary, close_summary),
                 man=(nothing, nothing), text=(nothing, nothing))
    app.add_node(EpisodeTable)
    app.connect('env-before-read-docs', start)
    app.connect('env-purge-doc', purge)
    app.connect('env-merge-info', merge)
    app.connect('env-check-consistency', add_up)
    app.connect('doctree-read', name_files)
    app.connect('doctree-resolved', episode_table)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
