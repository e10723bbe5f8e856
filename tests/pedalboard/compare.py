"""Hosts the built VST3 in pedalboard (a JUCE host) and compares it with hosting a child directly.

Run by tests/pedalboard.rs as: compare.py MATRYOSHKA.vst3 SCRATCH_FOLDER MONO_CHILD.vst3 CHILD.vst3...
Each check prints a line; the first that fails ends the script with an error.

The children are hosted directly in processes of their own (`--direct`): DPF's VST3s keep lists of
half-released objects in static memory without a lock, and two hosts in one process, each with a main
thread of its own, corrupt them now and then.
"""

import base64
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pedalboard
import zstandard

RATE = 48000
BLOCK_SIZES = [32, 64, 100, 256, 512, 1024]
# Primes, odd and even, a single sample, and more than most hosts send.
VARYING = [1, 64, 7, 512, 33, 1024, 2, 480, 441, 128]


def signal(seconds: float = 2.0) -> np.ndarray:
    """Two channels with bursts, silence and noise, so that dynamics have something to do."""
    time = np.arange(int(RATE * seconds)) / RATE
    burst = (np.sin(2 * np.pi * 3 * time) > 0).astype(np.float32)
    noise = np.random.default_rng(7).standard_normal(time.size) * 0.05
    left = burst * np.sin(2 * np.pi * 220 * time) * 0.7 + noise
    right = burst * np.sin(2 * np.pi * 331 * time) * 0.4 - noise
    return np.stack([left, right]).astype(np.float32)


def host_directly(file: str) -> None:
    """Hosts a child without Matryoshka, and writes to stdout what it is and what it plays."""
    child = pedalboard.load_plugin(file)
    turn_knobs(child)
    audio = signal()
    mono = "mono" in sys.argv
    if mono:
        audio = audio[:1]
    # A VST3 hears of its parameters when it processes, and only then do they reach its state.
    child.process(audio, RATE, buffer_size=512, reset=True)
    direct = {"name": child.name, "file": file, "state": child.raw_state}
    for size in BLOCK_SIZES:
        direct[size] = child.process(audio, RATE, buffer_size=size, reset=True)
    if not mono:
        direct["varying"] = in_blocks(child, audio, VARYING)
    sys.stdout.buffer.write(pickle.dumps(direct))
    sys.stdout.flush()
    # Some plugins do not survive the end of Python.
    os._exit(0)


def hosted_directly(file: str, *options: str) -> dict:
    command = [sys.executable, __file__, "--direct", file, *options]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    # Plugins may have printed before it.
    return pickle.loads(result.stdout[result.stdout.index(b"\x80\x04\x95") :])


def rack(direct: dict) -> dict:
    """A rack document of one slot, with the child's state as JUCE gives it."""
    packed = zstandard.compress(direct["state"])
    plugin = {"format": "VST3", "name": direct["name"], "file": direct["file"]}
    return {"chain": [{"plugin": plugin, "state": base64.b64encode(packed).decode()}]}


def open_matryoshka(bundle: str, document: dict, scratch: Path) -> pedalboard.VST3Plugin:
    file = scratch / "test.rack"
    file.write_text(json.dumps(document))
    os.environ["MATRYOSHKA_RACK"] = str(file)
    plugin = pedalboard.load_plugin(bundle, plugin_name="Matryoshka")
    # The first process call activates the plugin, which is when the file is read.
    plugin.process(np.zeros((2, 64), np.float32), RATE, buffer_size=64)
    return plugin


# What DPF's VST3s show of the host itself; not the child's to set.
NOT_KNOBS = {"buffer_size_frames", "sample_rate_frames", "current_program", "bypass"}


def turn_knobs(child: pedalboard.VST3Plugin) -> None:
    """Moves every parameter off its default, so that the state says something."""
    for number, (name, parameter) in enumerate(child.parameters.items()):
        if name not in NOT_KNOBS:
            parameter.raw_value = 0.3 + 0.4 * (number % 5) / 4


def in_blocks(plugin: pedalboard.VST3Plugin, audio: np.ndarray, sizes: list[int]) -> np.ndarray:
    """One call a block, of sizes that go round, without resetting in between."""
    plugin.process(np.zeros((2, 64), np.float32), RATE, buffer_size=max(sizes), reset=True)
    pieces, position, turn = [], 0, 0
    while position < audio.shape[1]:
        size = sizes[turn % len(sizes)]
        piece = audio[:, position : position + size]
        pieces.append(plugin.process(piece, RATE, buffer_size=max(sizes), reset=False))
        position += size
        turn += 1
    return np.concatenate(pieces, axis=1)


def check(what: str, holds: bool) -> None:
    print(("ok    " if holds else "FAILED") + " " + what, flush=True)
    if not holds:
        sys.exit(1)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def compare_child(bundle: str, file: str, scratch: Path) -> None:
    audio = signal()
    direct = hosted_directly(file)
    name = direct["name"]
    check(f"{name}: it does something", not same(direct[512], audio))
    ours = open_matryoshka(bundle, rack(direct), scratch)

    for size in BLOCK_SIZES:
        hosted = ours.process(audio, RATE, buffer_size=size, reset=True)
        check(f"{name}: bit-identical in blocks of {size}", same(direct[size], hosted))

    hosted = in_blocks(ours, audio, VARYING)
    check(f"{name}: bit-identical in blocks that vary", same(direct["varying"], hosted))

    saved = ours.raw_state
    check(f"{name}: the same state is saved twice", saved == ours.raw_state)
    os.environ.pop("MATRYOSHKA_RACK", None)
    restored = pedalboard.load_plugin(bundle, plugin_name="Matryoshka")
    empty = restored.process(audio, RATE, buffer_size=512, reset=True)
    check(f"{name}: an empty rack passes audio untouched", same(empty, audio))
    restored.raw_state = saved
    before = ours.process(audio, RATE, buffer_size=512, reset=True)
    after = restored.process(audio, RATE, buffer_size=512, reset=True)
    check(f"{name}: a second instance restored from the state plays the same", same(before, after))
    check(f"{name}: and would save the same state", restored.raw_state == saved)


def check_mono(bundle: str, file: str, scratch: Path) -> None:
    """A mono track: the bus arrangement is the host's to choose."""
    audio = signal()[:1]
    direct = hosted_directly(file, "mono")
    name = direct["name"]
    check(f"{name}: it does something to a mono track", not same(direct[256], audio))
    ours = open_matryoshka(bundle, rack(direct), scratch)
    hosted = ours.process(audio, RATE, buffer_size=256, reset=True)
    check(f"{name}: bit-identical on a mono track", same(direct[256], hosted))
    both = np.concatenate([audio, audio])
    stereo = ours.process(both, RATE, buffer_size=256, reset=True)
    twice = np.concatenate([direct[256], direct[256]])
    check(f"{name}: as two linked instances on a stereo track", same(stereo, twice))


def check_default_rack(bundle: str, file: str, scratch: Path) -> None:
    """The user's default rack is there for a new instance; XDG_CONFIG_HOME is the scratch folder."""
    direct = hosted_directly(file)
    default = scratch / "matryoshka" / "default.rack"
    default.parent.mkdir()
    default.write_text(json.dumps(rack(direct)))
    os.environ.pop("MATRYOSHKA_RACK", None)
    plugin = pedalboard.load_plugin(bundle, plugin_name="Matryoshka")
    hosted = plugin.process(signal(), RATE, buffer_size=256, reset=True)
    check("a new instance starts from the default rack", same(direct[256], hosted))
    default.unlink()


def check_garbage(bundle: str) -> None:
    audio = signal(0.2)
    plugin = pedalboard.load_plugin(bundle, plugin_name="Matryoshka")
    good = plugin.raw_state
    generator = np.random.default_rng(3)
    for garbage in (b"", b"{", generator.bytes(1 << 20), good[: len(good) // 2], good + b"x"):
        try:
            plugin.raw_state = garbage
        except Exception as error:  # pedalboard may refuse; the plugin must live on
            print(f"      (pedalboard: {error})")
        passed = plugin.process(audio, RATE, buffer_size=256, reset=True)
        check(f"after {len(garbage)} bytes of garbage as state, audio passes", same(passed, audio))


def main() -> None:
    if sys.argv[1] == "--direct":
        host_directly(sys.argv[2])
        return
    bundle, scratch, mono_child, *children = sys.argv[1:]
    check("three children to compare with", len(children) >= 3)
    for file in children:
        compare_child(bundle, file, Path(scratch))
    check_mono(bundle, mono_child, Path(scratch))
    check_default_rack(bundle, children[0], Path(scratch))
    check_garbage(bundle)


main()
