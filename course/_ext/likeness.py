# SPDX-License-Identifier: BSD-3-Clause
"""Whether a command printed again what the page shows.

Words must be the same. What differs from run to run is held against a pattern:
job numbers, run folders, dates, times, shares in percent. Other numbers: whole
ones must be equal, decimal ones (speedups, say) within a factor of ten; errors
below 1e-6 are all the same, so that rounding may differ and a wrong integral
may not. What comes and goes is left out: how a job waits, doubts about noise.
"""

import re

# Told only when the launcher looks at the right moment.
COMES_AND_GOES = re.compile(
    r'job \d+ (waits|runs|is ending|goes back|starts)|\d+ jobs: |'
    r'\d+ of \d+ jobs over|srun: job \d+ (queued|has been allocated)')
DOUBTS = re.compile(r'(## )?Doubts$')
ALONE = r'(?<![\w.])'
PATTERNS = [(re.compile(pattern), word) for pattern, word in (
    (r'-\d{8}T\d{6}Z-[0-9a-f]{12}', '-<run>'),
    (r'\b[0-9a-f]{12}\b', '<token>'),
    (r'\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?(?:\.\d+)?Z?', '<date>'),
    (r'\b(?:\d+-)?(?:\d\d:)?\d\d:\d\d(?:\.\d+)?\b', '<time>'),
    (r'\b((?:batch )?jobs?|JobId=|JobID:?) ?\d+', r'\1 <job>'),
    (r'\b(output|error|record|exit|progress|usage)_\d+', r'\1_<job>'),
    (r'/usage/\d+\.html', '/usage/<job>.html'),
    (ALONE + r'\d+(?:\.\d+)? ?(?:s|ms|us|ns|sec|seconds)\b', '<time>'),
    (ALONE + r'\d+(?:\.\d+)? ?%', '<percent>'),
    (ALONE + r'\d+(?:\.\d+)? (?:KiB|MiB|GiB|MB|GB)\b', '<memory>'),
    (r'\b\d+ requests? to Slurm', '<requests>'),
    (r'-{4,}|={4,}', '----'),
)]
NUMBER = re.compile(r'[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?', re.I)
NUMBERS = re.compile(r'((?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w]))', re.I)
# Columns of tables whose numbers belong to one run alone.
JOB_COLUMNS = {'job', 'JOBID', 'JobID'}


def split_columns(line):
    return re.split(r'\s{2,}', line.strip())


def tables(lines):
    """Lines with the numbers of jobs taken out of tables."""
    head = []
    for line in lines:
        cells = split_columns(line)
        if JOB_COLUMNS & set(cells):
            head = cells
        elif head and len(cells) == len(head):
            cells = ['<job>' if name in JOB_COLUMNS and cell.isdigit() else cell
                     for name, cell in zip(head, cells)]
            line = '  '.join(cells)
        else:
            head = []
        yield line


def lasting(lines):
    """Lines without those that come and go, and a report's doubts: noise."""
    in_doubts = False
    for line in lines:
        line = ' '.join(line.split())
        in_doubts = bool(DOUBTS.match(line)) or \
            in_doubts and (not line or line.startswith('- '))
        if line and not in_doubts and not COMES_AND_GOES.match(line):
            yield line


def lines_of(text):
    """The lines to be compared, with patterns for what is new in each run."""
    for line in lasting(tables(text.splitlines())):
        for pattern, word in PATTERNS:
            line = pattern.sub(word, line)
        yield line


def numbers_alike(first, second):
    if first == second:
        return True
    if all(re.fullmatch(r'[-+]?\d+', word) for word in (first, second)):
        return False
    one, other = sorted((abs(float(first)), abs(float(second))))
    return other < 1e-6 or other <= 10 * one


def lines_alike(first, second):
    one, other = NUMBERS.split(first), NUMBERS.split(second)
    return len(one) == len(other) and all(
        a == b or (NUMBER.fullmatch(a) and NUMBER.fullmatch(b) and
                   numbers_alike(a, b))
        for a, b in zip(one, other))


def results_of(lines):
    """Of an output that is new in each run: its results and their verdicts."""
    return [line for line in lines
            if re.search(r'\b(passed|failed)$|^Integral value', line)]


def difference(shown, printed, only_results=False):
    """'' if alike, else the first lines that are not."""
    one, other = list(lines_of(shown)), list(lines_of(printed))
    if only_results:
        one, other = results_of(one), results_of(other)
    for place in range(max(len(one), len(other))):
        a = one[place] if place < len(one) else '(nothing more)'
        b = other[place] if place < len(other) else '(nothing more)'
        if not lines_alike(a, b):
            return f'on the page: {a}\nprinted now: {b}\n'
    return ''
