"""Draw ``docs/report-light.png`` and ``report-dark.png`` anew: ``python docs/report_page.py``.

Needs Chromium, selenium, pillow and the package. Puts shipped twins, good and bad, together as one
pack, judges it as a user would, and opens the HTML report.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TWINS = ROOT / "packs_under_test" / "twins"
NODES = {
    "Mirror": "EXEC-010/good",
    "FadeRed": "EXEC-015/bad",
    "Overexpose": "EXEC-010/bad",
    "DenoiseHalf": "EXEC-011/bad",
    "EncodeLatent": "EXEC-008/good",
    "MaskFromLuma": "EXEC-007/bad",
    "Grain": "EXEC-017/bad",
    "Caption": "EXEC-001/good",
    "CaptionPair": "EXEC-001/bad",
    "Compare": "RPC-008/good",
    "LinearToSrgb": "EXEC-014/good",
    "Strength": "SCHEMA-007/bad",
    "Palette": "SCHEMA-012/bad",
    "Ramp": "EXEC-013/good",
}
PYPROJECT = """\
[project]
name = "photo-kit"
version = "2.1.0"
[[tool.studio-conformance.waivers]]
code = "EXEC-011"
node = "PhotoKitDenoiseHalf"
reason = "the model behind it needs float64; the next release converts"
"""
SHOWN = {
    "light": "[...document.querySelectorAll('.finding > button')]"
    ".find(b => b.textContent.includes('EXEC-015')).click()",
    "dark": "document.querySelector('#matrix').scrollIntoView()",
}
"""What is clicked before the picture is taken."""
SIZE = (1280, 1560)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --hide-scrollbars"
)


def make_pack(folder: Path) -> Path:
    """A pack of the nodes above in ``folder``."""
    pack = folder / "photo-kit"
    pack.mkdir()
    lines = []
    for number, (name, twin) in enumerate(NODES.items()):
        text = (TWINS / twin / "__init__.py").read_text(encoding="utf-8")
        (pack / f"node_{number:02}.py").write_text(
            re.sub("^NODE_.*", "", text, flags=re.MULTILINE) + _names(text, name), encoding="utf-8"
        )
        lines.append(f"from . import node_{number:02}\n")
    merged = ", ".join(f"**node_{number:02}.NODES" for number in range(len(NODES)))
    text = "".join(lines) + f"NODE_CLASS_MAPPINGS = {{{merged}}}\n"
    (pack / "__init__.py").write_text(text, encoding="utf-8")
    (pack / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return pack


def _names(text: str, name: str) -> str:
    found = re.search(r"^NODE_CLASS_MAPPINGS = \{[^:]*: (\w+)\}", text, re.MULTILINE)
    assert found is not None, name
    return f"NODES = {{'PhotoKit{name}': {found[1]}}}\n"


def browser(profile: Path, *, dark: bool) -> Any:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    flags = [*FLAGS.split(), f"--user-data-dir={profile}", f"--window-size={SIZE[0]},{SIZE[1]}"]
    if dark:
        flags.append("--blink-settings=preferredColorScheme=0")
    for flag in flags:
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def main() -> None:
    """Judge, open, draw."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_pack(folder)
        command = ["-m", "pytest", "-q", "--studio-pack=photo-kit", "--studio-report=out"]
        subprocess.run([sys.executable, *command, *sys.argv[1:]], cwd=folder, check=False)
        for theme, script in SHOWN.items():
            driver = browser(folder / theme, dark=theme == "dark")
            driver.get((folder / "out" / "report.html").as_uri())
            driver.execute_script(script)
            save(driver.get_screenshot_as_png(), Path(__file__).with_name(f"report-{theme}.png"))
            driver.quit()


def save(png: bytes, file: Path) -> None:
    """Write the picture with few colours, so that it is small."""
    from PIL import Image

    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(file, optimize=True)


if __name__ == "__main__":
    main()
