#!/usr/bin/python3
"""A window that the files named as arguments are dragged from, as from a file manager.

Prints a line for each drag that has ended: "taken" or "refused".
"""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

TITLE, *FILES = sys.argv[1:]
URIS = [pathlib.Path(file).as_uri() for file in FILES]
outcome = "taken"


def give(_source, _context, data, _info, _time):
    data.set_uris(URIS)


def begin(_source, _context):
    global outcome
    outcome = "taken"


def fail(_source, _context, _result):
    global outcome
    outcome = "refused"
    return True  # without flying back


def end(_source, _context):
    print(outcome, flush=True)


window = Gtk.Window(title=TITLE)
window.set_default_size(160, 80)
window.move(1400, 860)
window.connect("destroy", Gtk.main_quit)
source = Gtk.EventBox()
source.add(Gtk.Label(label="Drag me"))
source.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
source.drag_source_add_uri_targets()
source.connect("drag-begin", begin)
source.connect("drag-data-get", give)
source.connect("drag-failed", fail)
source.connect("drag-end", end)
window.add(source)
window.show_all()
Gtk.main()
