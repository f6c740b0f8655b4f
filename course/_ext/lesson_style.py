# SPDX-License-Identifier: BSD-3-Clause
"""Colours of code, each at least 4.5:1 on its background (WCAG AA)."""

from pygments.style import Style
from pygments.token import (Comment, Error, Generic, Keyword, Name, Number,
                            Operator, String, Token)


class Light(Style):
    background_color = '#f6f7f9'
    styles = {
        Token: '#1f2328',
        Comment: 'italic #57606a',
        Comment.Preproc: 'noitalic #8a3800',
        Keyword: 'bold #0a4f9e',
        Name.Function: '#6f3bc0',
        Name.Builtin: '#0a4f9e',
        Number: '#0a5c36',
        String: '#0a5c36',
        Operator: '#1f2328',
        Generic.Prompt: '#57606a',
        Generic.Deleted: 'bg:#ffe3e3 #82071e',
        Generic.Inserted: 'bg:#dbf5e0 #0b4f24',
        Generic.Heading: 'bold #57606a',
        Generic.Subheading: '#57606a',
        Error: '#82071e',
    }


class Dark(Style):
    background_color = '#16191d'
    styles = {
        Token: '#e6e8eb',
        Comment: 'italic #a3adb8',
        Comment.Preproc: 'noitalic #ffb77c',
        Keyword: 'bold #8cc2ff',
        Name.Function: '#d2b3ff',
        Name.Builtin: '#8cc2ff',
        Number: '#8fdba5',
        String: '#8fdba5',
        Operator: '#e6e8eb',
        Generic.Prompt: '#a3adb8',
        Generic.Deleted: 'bg:#4a1b20 #ffc9c9',
        Generic.Inserted: 'bg:#143d22 #b6f2c4',
        Generic.Heading: 'bold #a3adb8',
        Generic.Subheading: '#a3adb8',
        Error: '#ffc9c9',
    }
