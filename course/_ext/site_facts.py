# SPDX-License-Identifier: BSD-3-Clause
"""The sites of the tabs and their facts, from site/*.ini and site/lab/*.conf.

A tab for each site in use that has a batch system, in the order of their names,
and one for the learner's own laptop: the lab there, as a login node of HPC2N.
"""

import configparser
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LAPTOP = 'laptop'
# What the laptop's lab stands for.
LAPTOP_SITE = 'hpc2n'


class Site:
    """One tab. facts: what {key} stands for. rehearsed: the lab knows it."""

    def __init__(self, name, facts, account, files):
        self.name = name
        self.facts = facts
        self.account = account      # in the lab; None: not rehearsed there
        self.files = files
        self.label = facts['title']

    @property
    def rehearsed(self):
        return self.account is not None

    def in_lab(self):
        """The same with the account that the lab has for it."""
        return Site(self.name, dict(self.facts, account=self.account),
                    self.account, self.files)


def read_ini(path):
    parser = configparser.ConfigParser(
        interpolation=None, inline_comment_prefixes=(';',), delimiters=('=',))
    parser.read(path, encoding='utf-8')
    facts = {}
    for section in parser.sections():
        for key, value in parser[section].items():
            facts[f'{section}.{key}'] = value
            facts.setdefault(key, value)
    return facts


def in_words(minutes):
    """A time limit as people say it: 7 days, 36 hours, 90 minutes."""
    length, unit = next(
        (length, unit) for length, unit in
        ((1440, 'day'), (60, 'hour'), (1, 'minute')) if minutes % length == 0)
    count = minutes // length
    return f'{count} {unit}' if count == 1 else f'{count} {unit}s'


def read_site(path):
    """The site of a site file; None if it gets no tab."""
    facts = read_ini(path)
    if facts.get('status') != 'active' or facts.get('scheduler') != 'slurm':
        return None
    files, account = [path], None
    lab = SOURCE / 'site/lab' / f'{path.stem}.conf'
    if lab.exists():
        files.append(lab)
        account = re.search(r'^account=(\S+)', lab.read_text(), re.M)[1]
    facts.update(site=path.stem, account=facts.get('account.example', ''),
                 toolchain=facts.get('modules.load', ''))
    if 'limits.longest_min' in facts:
        facts['longest'] = in_words(int(facts['limits.longest_min']))
    return Site(path.stem, facts, account, files)


def read_sites():
    """All sites with a tab, by name, in the order of the tabs."""
    found = [read_site(path) for path in sorted((SOURCE / 'site').glob('*.ini'))
             if path.stem != 'example']
    sites = {site.name: site for site in found if site}
    short = [site.facts['title'].split(',')[0] for site in sites.values()]
    for site in sites.values():
        name = site.facts['title'].split(',')[0]
        site.label = name if short.count(name) == 1 else site.facts['title']
    like = sites[LAPTOP_SITE]
    facts = dict(like.facts, title='Your own laptop', account=like.account)
    sites[LAPTOP] = Site(LAPTOP, facts, like.account, like.files)
    sites[LAPTOP].label = 'Your laptop'
    return sites


def fill_in(text, site):
    """text with a site's facts for {key}. ValueError names what is not known.

    Braces of the shell are left alone: ${name}, {a,b}, { list; }.
    """
    def fact(match):
        value = site.facts.get(match[1])
        if not value:
            raise ValueError(f'"{match[0]}" has no value for {site.name} '
                             f'(keys: those of site/{site.facts["site"]}.ini, '
                             'site, account, toolchain, longest)')
        return value
    return re.sub(r'(?<!\$)\{([a-z][a-z0-9_.]*)\}', fact, text)


def setup(app):
    app.connect('builder-inited', lambda app: setattr(
        app, 'course_sites', read_sites()))
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
