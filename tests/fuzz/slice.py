"""A slice of a campaign, in a process of its own that may die: `python -m tests.fuzz.slice TARGET FOLDER COUNT SEED`.

With atheris (`pip install atheris`; for CPython up to 3.13 on Linux) inputs that reach new code are kept and changed
further; without it, random changes of the seeds are tried.
"""

import random
import sys
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from tests.fuzz import contract
from tests.fuzz.one import Defects, guarded

_WARM = 20
_CORPUS, _DEFECTS, _WORDS = "corpus", "defects", "words.txt"


def main(name: str, folder: Path, count: int, seed: int) -> None:
    """Runs `count` inputs."""
    try:
        import atheris
    except ImportError:
        target = contract.load(name)
        _random(target, guarded(target, Defects(folder / _DEFECTS)), count, seed)
        return
    with atheris.instrument_imports(include=["leaklint"], enable_loader_override=False):
        target = contract.load(name)
        once = guarded(target, Defects(folder / _DEFECTS))
        # What is imported late is imported here, so that it is instrumented, too.
        for content in islice(target.seeds(), _WARM):
            once(content)
    corpus = _prepared(target, folder)
    options = [
        f"-runs={count}", f"-seed={seed}", f"-max_len={target.longest}", "-print_final_stats=1", "-rss_limit_mb=3000",
        "-timeout=300", "-use_value_profile=0", f"-artifact_prefix={folder / _DEFECTS}/", f"-dict={folder / _WORDS}",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], once, internal_libfuzzer=True)
    atheris.Fuzz()


def _prepared(target: contract.Target, folder: Path) -> Path:
    """The folder with what to begin with; seeds are written once."""
    corpus = folder / _CORPUS
    if not corpus.exists():
        corpus.mkdir(parents=True)
        for number, content in enumerate(target.seeds()):
            (corpus / f"seed-{number}").write_bytes(content)
    words = [word.encode("utf-8", "surrogatepass") for word in target.words] or [b"x"]
    quoted = ["".join(f"\\x{byte:02x}" for byte in word) for word in words]
    (folder / _WORDS).write_text("".join(f'"{word}"\n' for word in quoted))
    return corpus


def _random(target: contract.Target, once: Callable[[bytes], None], count: int, seed: int) -> None:
    draw = random.Random(seed)
    known = list(target.seeds()) or [b""]
    words = [word.encode("utf-8", "surrogatepass") for word in target.words]
    for number in range(count):
        once(changed(draw, known, words))
        if number % 1000 == 999:
            print(f"#{number + 1}", file=sys.stderr, flush=True)
    print(f"stat::number_of_executed_units: {count}", file=sys.stderr)


def changed(draw: random.Random, known: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """A known input with some changes."""
    data = bytearray(draw.choice(known))
    for _ in range(draw.randint(1, 8)):
        at = draw.randint(0, len(data))
        match draw.randint(0, 5):
            case 0:
                data[at : at + draw.randint(1, 8)] = b""
            case 1:
                data[at:at] = draw.choice(words) if words else draw.randbytes(2)
            case 2:
                data[at : at + 1] = draw.randbytes(1)
            case 3:
                data[at:at] = draw.choice(words or known)[:40] * draw.randint(1, 20)
            case 4:
                end = at + draw.randint(0, 60)
                data[at:at] = data[at:end] * draw.randint(1, 4)
            case _:
                other = draw.choice(known)
                start = draw.randint(0, len(other))
                data[at:] = other[start : start + 400]
    return bytes(data)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
