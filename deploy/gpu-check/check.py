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
import statistics
import subprocess
import sys
import tempfile
import time

import torch

import service

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

# Largest allowed difference, relative to the largest logit or to 1 if that is greater: the limits of
# the service's certificate. All modes except float32 must also keep the best class of each probe.
BOUNDS = {"float32": 1e-5, "tf32": 1e-2, "float16": 1e-2, "bfloat16": 1e-2}

WEIGHTS = {
    "float32": torch.float32,
    "tf32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}

SIDE = 224


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


def pictures(count):
    """Returns reproducible noise: uint8 [count, 224, 224, 3]."""
    generator = torch.Generator().manual_seed(5)
    return torch.randint(0, 256, (count, SIDE, SIDE, 3), dtype=torch.uint8, generator=generator)


class CpuClock:
    """Measures wall time. A forward pass on the CPU is done when it returns."""

    def time(self, work):
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1e3

    def wait(self):
        pass


class CudaClock:
    """Measures with CUDA events. The device is idle before each run, as for a single request."""

    def __init__(self, device):
        self.device = device
        self.start = torch.cuda.Event(enable_timing=True)
        self.end = torch.cuda.Event(enable_timing=True)

    def time(self, work):
        self.wait()
        self.start.record()
        work()
        self.end.record()
        self.end.synchronize()
        return self.start.elapsed_time(self.end)

    def wait(self):
        torch.cuda.synchronize(self.device)


def median_ms(clock, work, options):
    for _ in range(options.warmup):
        work()
        if late(options):
            break
    times = []
    while len(times) < options.runs and (len(times) < 3 or not late(options)):
        times.append(clock.time(work))
    return statistics.median(times)


def late(options):
    """Returns whether the time of the current result is over."""
    return time.monotonic() > options.until


def compare(module, images, golden, device):
    """Runs the probes one by one, like requests at batch size 1."""
    logits = torch.cat([module(image[None].to(device)).cpu() for image in images])
    error = (logits - golden).abs().max().item() / max(1.0, golden.abs().max().item())
    same = (logits.argmax(1) == golden.argmax(1)).sum().item()
    return error, same, bool(torch.isfinite(logits).all())


def keeps_weights_in(module, dtype):
    """Checks the types in the file: an archive that was not reduced would pass every comparison.

    The classifier computes in float32 in every precision."""
    return all(
        tensor.dtype == (torch.float32 if name.startswith("cls") else dtype)
        for name, tensor in module.state_dict().items()
    )


def graph_replay(module, image, clock, options):
    """Captures the forward pass as a CUDA graph and replays it, which avoids the cost of launches."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(options.warmup):
            module(image)
    torch.cuda.current_stream().wait_stream(side)
    expected = module(image).clone()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = module(image)
    graph.replay()
    torch.cuda.synchronize()
    if not torch.allclose(output, expected, rtol=1e-4, atol=1e-4):
        raise RuntimeError("the replayed graph answers differently")
    return median_ms(clock, graph.replay, options)


def throughput(module, clock, device, options):
    """Returns images per second by batch size with inputs on the device, until memory is full."""
    rates = {}
    for size in options.batches:
        if late(options):
            break
        try:
            batch = pictures(size).to(device)
            repeats = max(1, min(options.runs, 500 // size))
            for _ in range(min(options.warmup, repeats)):
                module(batch)
            clock.wait()
            total = clock.time(lambda: [module(batch) for _ in range(repeats)])
            rates[size] = size * repeats / (total / 1e3)
        except RuntimeError as failure:
            if "out of memory" not in str(failure):
                raise
            rates[size] = None
            break
    return rates


def measure(path, mode, golden, images, device, clock, options):
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    module = torch.jit.load(path, map_location=device).eval()
    reduced = mode != "float32"
    error, same, finite = compare(module, images, golden, device)
    typed = keeps_weights_in(module, WEIGHTS[mode])
    image = images[:1].to(device)
    result = {
        "mode": mode,
        "max_relative_error": error,
        "bound": BOUNDS[mode],
        "top1_equal": "%d/%d" % (same, len(images)),
        "weights_ok": typed,
        "ok": typed
        and finite
        and error <= BOUNDS[mode]
        and (same == len(images) or not reduced),
        "batch1_ms": median_ms(clock, lambda: module(image), options),
        "batch1_graph_ms": None,
        "batch1_round_trip_ms": None,
        "memory_batch1_mib": None,
        "memory_peak_mib": None,
    }
    if on_gpu:
        host = images[:1].pin_memory()

        def round_trip():
            module(host.to(device, non_blocking=True)).cpu()

        result["batch1_round_trip_ms"] = median_ms(clock, round_trip, options)
        result["memory_batch1_mib"] = torch.cuda.max_memory_allocated(device) / 2**20
        try:
            result["batch1_graph_ms"] = graph_replay(module, image, clock, options)
        except RuntimeError as failure:  # the other figures do not depend on it
            result["graph_failure"] = str(failure).splitlines()[0]
    result["images_per_second"] = throughput(module, clock, device, options)
    if on_gpu:
        result["memory_peak_mib"] = torch.cuda.max_memory_allocated(device) / 2**20
    return result


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


ROW = "%-14s %-8s %9s %6s %9s %9s %9s %9s %14s %10s  %s"


def number(value, form="%.3f"):
    return "-" if value is None else form % value


def head():
    return ROW % (
        ("variant", "mode", "error", "top-1", "batch 1", "graph", "with copy", "A100 pub.")
        + ("images/s (at)", "peak MiB", "")
    )


def row(result):
    if "unsupported" in result:
        blank = ["-"] * 8
        return ROW % (
            (result["variant"], result["mode"], *blank) + ("not run: " + result["unsupported"],)
        )
    rates = {size: rate for size, rate in result["images_per_second"].items() if rate}
    best = max(rates, key=rates.get, default=None)
    return ROW % (
        result["variant"],
        result["mode"],
        "%.1e" % result["max_relative_error"],
        result["top1_equal"],
        number(result["batch1_ms"]),
        number(result["batch1_graph_ms"]),
        number(result["batch1_round_trip_ms"]),
        number(result["published_a100_ms"], "%.2f"),
        "-" if best is None else "%.4g (%d)" % (rates[best], best),
        number(result["memory_peak_mib"], "%.0f"),
        "ok" if result["ok"] else "WRONG",
    )


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
    print("times are milliseconds, medians of %d\n\n%s" % (options.runs, head()), flush=True)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for variant in options.variants:
            for result in check(variant, folder, device, clock, options):
                report["results"].append(result)
                print(row(result), flush=True)
    small = options.variants[:2]  # their weights are created within seconds
    report["service"] = service.check(options.service, device, small, 0.25 * available)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    wrong = any(result["ok"] is False for result in report["results"])
    return 1 if wrong or report["service"].get("ok") is False else 0


if __name__ == "__main__":
    sys.exit(main())
