# SPDX-License-Identifier: BSD-3-Clause
"""Tabs for the sites; the choice of one holds on all pages (sphinx-tabs).

    .. site-tabs::

       At {title} a job names its project, `-A {account}`.

       .. site-text:: uppmax laptop

          Only in these two tabs.

{key} is a fact of the site file. `:sites: hpc2n uppmax` leaves tabs out.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx_tabs.tabs import (SphinxTabsPanel, SphinxTabsTab,
                              SphinxTabsTablist, get_compatible_builders)

from site_facts import fill_in


def chosen_sites(directive, words):
    """The sites that are named, all when none is."""
    sites = directive.env.app.course_sites
    for word in words:
        if word not in sites:
            raise directive.error(f'{directive.name}: no site "{word}", '
                                  f'expected of {" ".join(sites)}')
    for site in sites.values():
        for path in site.files:
            directive.env.note_dependency(str(path))
    return [site for name, site in sites.items() if not words or name in words]


def make_tabs(env, contents):
    """Tabs of (site, nodes). One script and one style for all: sphinx-tabs."""
    if env.app.builder.name not in get_compatible_builders(env.app):
        return [node for site, part in contents
                for node in (nodes.rubric('', site.label), *part)]
    number = env.new_serialno('site-tabs')
    tabs = nodes.container(type='tab-element', classes=['sphinx-tabs'])
    tab_list = SphinxTabsTablist(role='tablist')
    tab_list['aria-label'] = 'Site'
    tabs += tab_list
    for place, (site, part) in enumerate(contents):
        first = place == 0
        tab = SphinxTabsTab('', site.label, role='tab', name=site.name,
                            classes=['sphinx-tabs-tab', 'group-tab'],
                            ids=[f'tab-{number}-{site.name}'],
                            tabindex='0' if first else '-1')
        tab['aria-selected'] = 'true' if first else 'false'
        tab['aria-controls'] = f'panel-{number}-{site.name}'
        tab_list += tab
        panel = SphinxTabsPanel('', *part, role='tabpanel', name=site.name,
                                classes=['sphinx-tabs-panel', 'group-tab'],
                                ids=[f'panel-{number}-{site.name}'],
                                tabindex='0')
        panel['aria-labelledby'] = f'tab-{number}-{site.name}'
        if not first:
            panel['hidden'] = 'true'
        tabs += panel
    return [tabs]


class SiteTabs(SphinxDirective):
    has_content = True
    option_spec = {'sites': directives.unchanged_required}

    def run(self):
        self.assert_has_content()
        sites = chosen_sites(self, self.options.get('sites', '').split())
        return make_tabs(self.env, [(site, self.parse(site)) for site in sites])

    def parse(self, site):
        try:
            lines = [fill_in(line, site) for line in self.content]
        except ValueError as error:
            raise self.error(f'site-tabs: {error}') from None
        part = nodes.container()
        self.env.temp_data['site'] = site.name
        self.state.nested_parse(
            StringList(lines, items=self.content.items),
            self.content_offset, part)
        del self.env.temp_data['site']
        return part.children


class SiteText(SphinxDirective):
    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        self.assert_has_content()
        names = self.arguments[0].split()
        chosen_sites(self, names)
        if 'site' not in self.env.temp_data:
            raise self.error('site-text: belongs inside site-tabs')
        if self.env.temp_data['site'] not in names:
            return []
        part = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, part)
        return part.children


def setup(app):
    app.add_directive('site-tabs', SiteTabs)
    app.add_directive('site-text', SiteText)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
