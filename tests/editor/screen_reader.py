"""What a screen reader finds of a process, by the library that Orca uses.

screen_reader.py listen             has applications tell what they show, as a screen reader does
screen_reader.py show PID           prints what they show: role, name and states, a line each
screen_reader.py press PID NAME     does the first action of what is called that
"""

import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib


def listen():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    value = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
                  value, None, Gio.DBusCallFlags.NONE, -1, None)


def everything(node):
    yield node
    for at in range(node.get_child_count()):
        child = node.get_child_at_index(at)
        if child is not None:
            yield from everything(child)


def of_process(pid):
    desktop = Atspi.get_desktop(0)
    for at in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(at)
        if application is not None and application.get_process_id() == pid:
            yield from everything(application)


def show(pid):
    for node in of_process(pid):
        states = node.get_state_set()
        told = ["focused"] if states.contains(Atspi.StateType.FOCUSED) else []
        told += ["checked"] if states.contains(Atspi.StateType.CHECKED) else []
        told += ["pressed"] if states.contains(Atspi.StateType.PRESSED) else []
        print(node.get_role_name(), repr(node.get_name()), *told)


def press(pid, name):
    for node in of_process(pid):
        if node.get_name() == name:
            action = node.get_action_iface()
            sys.exit(0 if action is not None and action.do_action(0) else 2)
    sys.exit(3)


match sys.argv[1:]:
    case ["listen"]:
        listen()
    case ["show", pid]:
        show(int(pid))
    case ["press", pid, name]:
        press(int(pid), name)
