"""Checks on a GPU whether VanillaNet artifacts are correct, and measures their speed.

Needs only torch. For each variant, Java classes write TorchScript archives with random weights from
a fixed seed, one for each mode of the service. The float32 archive runs on the CPU first. Its
logits are the golden logits. Then each archive runs on the device.
"""

import argparse
import datetime
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time

import torch

import service
import table
from measure import BOUNDS, WEIGHTS, CpuClock, CudaClock, keeps_weights_in, measure, pictures

VARIANTS = ["vanillanet_%d" % depth for depth in range(5, 14)]

# Milliseconds at batch size 1 on an A100, from the table of the official repository. The authors
# measured them with their own Python code, so the experiment is not the same.
PUBLISHED_A100_MS = {
    "vanillanet_5": 1.61,
    "vanillanet_6": 2.01,
    "vanillanet_7": 2.27,
    "vanillanet_8": 2.56,
    "vanillanet_9": 2.91,
    "vanillanet_10": 3.24,
    "vanillanet_11": 3.59,
    "vanillanet_12": 3.82,
    "vanillanet_13": 4.26,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kit", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--device", default="cuda:0", help="cuda:N, or cpu to try the script")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="default: all nine")
    parser.add_argument("--modes", help="default: %s; on a CPU without tf32" % ",".join(BOUNDS))
    parser.add_argument(
        "--default-algorithms",
        action="store_true",
        help="use cuDNN's default algorithms; by default cuDNN tries all, as with cudnn-benchmark",
    )
    parser.add_argument("--batches", default="1,2,4,8,16,32,64,128,256", help="for the throughput")
    parser.add_argument("--runs", type=int, default=300, help="forwards whose median is taken")
    parser.add_argument("--warmup", type=int, default=50)
    parser.add_argument("--probes", type=int, default=8, help="pictures whose logits are compared")
    parser.add_argument("--minutes", type=float, default=5, help="for everything; shortens measurements")
    parser.add_argument(
        "--service",
        default="target/quarkus-app",
        metavar="DIR",
        help="the packaged service, started with this torch if it is 2.7.1 for CUDA 12.8",
    )
    parser.add_argument("--json", default="gpu-check.json", metavar="FILE")
    options = parser.parse_args()
    options.variants = options.variants.split(",")
    options.batches = [int(size) for size in options.batches.split(",")]
    on_cpu = options.device == "cpu"
    usual = [mode for mode in BOUNDS if not (on_cpu and mode == "tf32")]
    options.modes = options.modes.split(",") if options.modes else usual
    unknown = [name for name in options.variants if name not in VARIANTS]
    unknown += [mode for mode in options.modes if mode not in usual]
    if unknown:
        parser.error("unknown, or not supported by this device: %s" % ", ".join(unknown))
    if min(options.runs, options.warmup, options.probes, *options.batches) < 1:
        parser.error("--runs, --warmup, --probes and --batches must be positive")
    return options


def write_artifact(options, variant, mode, path):
    java = os.path.join(options.kit, "runtime", "bin", "java")
    classes = os.path.join(options.kit, "classes")
    autotune = "false" if options.default_algorithms else "true"
    what = ["WriteArtifact", variant, mode, autotune, path]
    subprocess.run([java, "-Xmx2g", "-cp", classes] + what, check=True)


def golden_logits(variant, path, images, options):
    write_artifact(options, variant, "float32", path)
    module = torch.jit.load(path, map_location="cpu").eval()
    logits = torch.cat([module(image[None]) for image in images])
    os.remove(path)
    return logits


def unsupported(failure):
    """Returns whether torch reports a missing operator, as opposed to another error."""
    return "not implemented for" in str(failure)


def check(variant, folder, device, clock, options):
    path = os.path.join(folder, variant + ".pt")
    if time.monotonic() > options.end:
        for mode in options.modes:
            yield {"variant": variant, "mode": mode, "ok": None, "unsupported": "the time is over"}
        return
    images = pictures(options.probes)
    golden = golden_logits(variant, path, images, options)
    for mode in options.modes:
        result = {"variant": variant, "published_a100_ms": PUBLISHED_A100_MS[variant]}
        left = max(0, options.end - time.monotonic())
        options.until = time.monotonic() + left / options.left
        options.left = max(1, options.left - 1)
        write_artifact(options, variant, mode, path)
        try:
            result.update(measure(path, mode, golden, images, device, clock, options))
        except RuntimeError as failure:
            if not unsupported(failure):
                raise
            module = torch.jit.load(path, map_location=device)
            typed = keeps_weights_in(module, WEIGHTS[mode])
            reason = str(failure).strip().splitlines()[-1]
            result.update({"mode": mode, "weights_ok": typed, "unsupported": reason})
            result["ok"] = None if typed else False
        os.remove(path)  # nine archives need more than a gigabyte
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
        yield result


def environment(device):
    about = {
        "when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "device": "CPU, %d threads" % torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        about["device"] = properties.name
        about["memory_mib"] = properties.total_memory // 2**20
        about["cuda"] = torch.version.cuda
        about["cudnn"] = torch.backends.cudnn.version()
    return about


def algorithms(device, options):
    if device.type != "cuda":
        return "no cuDNN"
    return "cuDNN's default algorithms" if options.default_algorithms else "the fastest algorithms of cuDNN"


def main():
    options = arguments()
    device = torch.device(options.device)
    if device.type == "cuda":
        if not torch.cuda.is_available():
            sys.exit("this torch %s sees no CUDA device" % torch.__version__)
        torch.cuda.set_device(device)
    # a quarter of the time is for the service
    available = options.minutes * 60
    options.end = time.monotonic() + 0.75 * available
    options.left = len(options.variants) * len(options.modes)
    clock = CudaClock(device) if device.type == "cuda" else CpuClock()
    report = {"environment": environment(device), "results": []}
    report["environment"]["algorithms"] = algorithms(device, options)
    for name, value in report["environment"].items():
        print("%-10s %s" % (name, value))
    print("times are milliseconds, medians of %d\n\n%s" % (options.runs, table.head()), flush=True)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for variant in options.variants:
            for result in check(variant, folder, device, clock, options):
                report["results"].append(result)
                print(table.row(result), flush=True)
    small = options.variants[:2]  # their weights are created within seconds
    report["service"] = service.check(options.service, device, small, 0.25 * available)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    wrong = any(result["ok"] is False for result in report["results"])
    return 1 if wrong or report["service"].get("ok") is False else 0


if __name__ == "__main__":
    sys.exit(main())
