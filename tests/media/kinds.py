"""The kinds of media, made with ffmpeg: every picture carries its number, a beep starts every second."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell_media.testing import Clip, make_clip

FFMPEG: Final = shutil.which("ffmpeg")
FRAMES: Final = 200
"""Pictures of the clip that all kinds are made from: 8 s at 25 a second, 320x180."""
_H264: Final = ("-c:v", "libx264", "-preset", "superfast", "-crf", "16")
_CLOSED: Final = (*_H264, "-g", "25", "-bf", "0", "-c:a", "aac")
_OPEN: Final = (*_H264, "-x264-params", "keyint=25:min-keyint=1:bframes=3:open-gop=1", "-c:a", "aac")
_MPEG2: Final = ("-c:v", "mpeg2video", "-b:v", "6M", "-g", "12", "-bf", "2", "-c:a", "mp2", "-b:a", "192k")
_FIELDS: Final = ("-flags", "+ildct+ilme")


class Workshop:
    """A folder in which media are made; `picture` and `sound` are what all kinds are made from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        options = {"crf": "8"}
        self.picture = make_clip(
            folder / "picture.mkv", Clip(frames=FRAMES, cuts=(60, 130), sound=False, options=options)
        )

    def run(self, *arguments: str | Path) -> None:
        """Run ffmpeg in the folder. Raises CalledProcessError with what it says."""
        command = [str(FFMPEG), "-nostdin", "-y", "-v", "error", *map(str, arguments)]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=120)

    def encode(self, name: str, *arguments: str, seconds: float = 8, start: float = 0) -> Path:
        """Encode pictures and beeps from `start` on as the file `name`."""
        beeps = f"aevalsrc='if(lt(mod(t+{start},1),0.05),0.5*sin(2*PI*1000*t),0)':s=48000:d={seconds}"
        source = ("-ss", str(start)) if start else ()
        self.run(
            *source, "-i", self.picture, "-f", "lavfi", "-i", beeps, "-t", str(seconds), *arguments, name
        )
        return self.folder / name

    def joined(self, name: str, *parts: Path) -> Path:
        """Write files one behind the other, as a recorder that goes on after a break does."""
        path = self.folder / name
        path.write_bytes(b"".join(part.read_bytes() for part in parts))
        return path


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of media and what is asked of it."""

    name: str
    make: Callable[[Workshop, str], Path]
    numbers: bool = True
    """Whether the numbers in the pictures can be read after the way they were made."""
    sync: bool = True
    """Whether beeps stand on the pictures whose number is a multiple of 25."""
    timecode: str = ""


def _encoded(*arguments: str, seconds: float = 8) -> Callable[[Workshop, str], Path]:
    return lambda shop, name: shop.encode(name, *arguments, seconds=seconds)


def _again(first: Sequence[str], *second: str) -> Callable[[Workshop, str], Path]:
    """Return a maker that encodes with `first` into Matroska and writes that anew with `second`."""

    def make(shop: Workshop, name: str) -> Path:
        once = shop.encode(f"once-{name}.mkv", *first)
        shop.run("-i", once, "-map", "0", *second, name)
        return shop.folder / name

    return make


def _in_two(
    first: Sequence[str], second: Sequence[str], *, start: float, at: float | None = None
) -> Callable[[Workshop, str], Path]:
    """Return a maker of two transport streams in one; the second begins at `at` on the clock."""

    def make(shop: Workshop, name: str) -> Path:
        offset = ("-output_ts_offset", str(at)) if at is not None else ()
        return shop.joined(
            name,
            shop.encode(f"first-{name}", *first, seconds=start),
            shop.encode(f"second-{name}", *second, *offset, seconds=8 - start, start=start),
        )

    return make


def _held(shop: Workshop, name: str) -> Path:
    late = "setpts='PTS+if(gt(N,99),14/TB,0)'"
    return shop.encode(name, "-vf", late, "-fps_mode", "vfr", *_CLOSED, seconds=22)


def _cut_off(shop: Workshop, name: str) -> Path:
    whole = shop.encode(f"whole-{name}", *_OPEN)
    path = shop.folder / name
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 7 // 10])
    return path


def _two_programmes(shop: Workshop, name: str) -> Path:
    once = shop.encode(f"once-{name}.mkv", *_CLOSED)
    wrong = "sine=300:r=48000:d=8"
    shop.run(
        *("-i", once, "-f", "lavfi", "-i", wrong, "-map", "1:a", "-map", "0:v", "-map", "0:a"),
        *("-c:v", "copy", "-c:a", "mp2", "-program", "program_num=1:title=Two:st=0"),
        *("-program", "program_num=2:title=One:st=1:st=2", name),
    )
    return shop.folder / name


def _commentary_first(shop: Workshop, name: str) -> Path:
    once = shop.encode(f"once-{name}.mkv", *_CLOSED)
    shop.run(
        *(
            "-i",
            once,
            "-f",
            "lavfi",
            "-i",
            "sine=300:r=48000:d=8",
            "-map",
            "0:v",
            "-map",
            "1:a",
            "-map",
            "0:a",
        ),
        *(
            "-c:v",
            "copy",
            "-c:a",
            "aac",
            "-metadata:s:a:0",
            "language=eng",
            "-metadata:s:a:1",
            "language=deu",
        ),
        *("-disposition:a:0", "comment", "-disposition:a:1", "default", name),
    )
    return shop.folder / name


def _colour(primaries: str, transfer: str) -> tuple[str, ...]:
    described = f"log-level=error:colorprim={primaries}:transfer={transfer}:colormatrix=bt2020nc"
    return (
        *("-vf", f"setparams=color_primaries={primaries}:color_trc={transfer}:colorspace=bt2020nc"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", described),
        *("-tag:v", "hvc1", "-c:a", "aac"),
    )


def _pal(shape: str, *more: str) -> tuple[str, ...]:
    return ("-vf", f"scale=720:576,setsar={shape}{''.join(more)}", *_MPEG2)


_DV: Final = (
    "-vf",
    "scale=720:576",
    "-c:v",
    "dvvideo",
    "-pix_fmt",
    "yuv420p",
    "-ac",
    "2",
    "-c:a",
    "pcm_s16le",
)
_NTSC: Final = (
    *("-vf", "setpts=N/(30000/1001)/TB,scale=720:480,setsar=32/27", "-r", "30000/1001", "-c:v", "mpeg2video"),
    *("-pix_fmt", "yuv422p", *_FIELDS, "-b:v", "12M", "-g", "15", "-bf", "2", "-c:a", "pcm_s24le"),
)

KINDS: Final = (
    Kind("closed.mp4", _encoded(*_CLOSED)),
    Kind("open-gop.mp4", _encoded(*_OPEN)),
    Kind("open-gop.mkv", _encoded(*_OPEN)),
    Kind("open-gop.ts", _encoded(*_OPEN)),
    Kind("wrap.ts", _encoded(*_OPEN, "-output_ts_offset", "95440", "-muxdelay", "0")),
    Kind("variable.mkv", _encoded("-vf", "select='gt(random(7),0.3)'", "-fps_mode", "vfr", *_CLOSED)),
    Kind("hold.mp4", _held, sync=False),
    Kind("hold.mkv", _held, sync=False),
    Kind("outage.ts", _in_two(_CLOSED, _CLOSED, start=4.4, at=18.4)),
    Kind("step-back.ts", _in_two(_CLOSED, _CLOSED, start=4.4)),
    Kind("drop-frame.mxf", _encoded(*_NTSC, "-timecode", "00:00:58;00"), sync=False, timecode="00:00:58;00"),
    Kind(
        "prores.mov",
        _encoded("-c:v", "prores_ks", "-profile:v", "0", "-c:a", "pcm_s24le", "-timecode", "01:00:00:00"),
        timecode="01:00:00:00",
    ),
    Kind("hlg.mp4", _encoded(*_colour("bt2020", "arib-std-b67")), numbers=False),
    Kind("pq.mp4", _encoded(*_colour("bt2020", "smpte2084")), numbers=False),
    Kind("anamorphic.ts", _encoded(*_pal("64/45", ",setfield=tff"), *_FIELDS)),
    Kind("shape-change.ts", _in_two(_pal("16/15"), _pal("64/45"), start=4.4, at=4.48), numbers=False),
    Kind(
        "size-change.ts",
        _in_two(_CLOSED, ("-vf", "scale=640:360", *_CLOSED), start=4.4, at=4.4),
    ),
    Kind("turned.mp4", _again(_CLOSED, "-c", "copy", "-metadata:s:v", "rotate=90"), numbers=False),
    Kind("two-programmes.ts", _two_programmes),
    Kind("commentary-first.mkv", _commentary_first),
    Kind("camera.m2ts", _encoded(*_CLOSED, "-f", "mpegts", "-mpegts_m2ts_mode", "1")),
    Kind("fragmented.mp4", _encoded(*_OPEN, "-movflags", "empty_moov+default_base_moof+frag_keyframe")),
    Kind("live.mkv", _encoded(*_CLOSED, "-live", "1")),
    Kind("full-range.mp4", _encoded("-pix_fmt", "yuvj420p", "-color_range", "pc", *_CLOSED)),
    Kind("late-sound.mp4", _encoded("-af", "atrim=start=2", *_CLOSED)),
    Kind("programme-stream.mpg", _encoded(*_MPEG2), timecode="00:00:00:00"),
    Kind("elementary.m2v", _encoded("-an", *_MPEG2[:-4]), timecode="00:00:00:00"),
    Kind("tape.dv", _encoded(*_DV), timecode="00:00:00:00"),
    Kind("tape.avi", _encoded(*_DV)),
    Kind("b-frames.avi", _encoded(*_H264, "-g", "50", "-bf", "3", "-c:a", "mp3"), sync=False),
    Kind("vp9.webm", _encoded("-c:v", "vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")),
    Kind("hevc.mkv", _encoded("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")),
    Kind("mbaff.ts", _encoded("-vf", "setfield=tff", *_OPEN[:-4], *_FIELDS, "-c:a", "aac")),
    Kind("flash.flv", _encoded(*_CLOSED, "-ar", "44100")),
    Kind("cut-off.ts", _cut_off),
    Kind("portrait.mp4", _encoded("-vf", "scale=360:640", *_CLOSED)),
)
