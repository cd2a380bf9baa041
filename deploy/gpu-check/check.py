"""Runs VanillaNet artifacts, written on the spot, on a GPU: are they right, and how fast.

Needs torch and nothing else. For each variant the kit's Java classes write a float32 TorchScript
archive from a seed; torch.jit.load loads it twice, for the CPU, whose logits are the golden ones,
and for the device.
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

VARIANTS = ["vanillanet_%d" % depth for depth in range(5, 14)]

# Milliseconds at batch 1 on an A100, from the table of the official repository. Measured by the
# authors, in Python, with their code: something to stand beside, not the same experiment.
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

# Largest difference allowed, relative to the largest logit. float32: what the service's
# certificate allows. tf32 multiplies with 10 bits of mantissa, about 1e-3 a layer.
BOUNDS = {"float32": 1e-5, "tf32": 2e-2}

SIDE = 224


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kit", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--device", default="cuda:0", help="cuda:N, or cpu to try the script")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="default: all nine")
    parser.add_argument("--batches", default="1,2,4,8,16,32,64,128,256", help="for the throughput")
    parser.add_argument("--runs", type=int, default=300, help="forwards whose median is taken")
    parser.add_argument("--warmup", type=int, default=50)
    parser.add_argument("--probes", type=int, default=8, help="pictures whose logits are compared")
    parser.add_argument("--json", default="gpu-check.json", metavar="FILE")
    options = parser.parse_args()
    options.variants = options.variants.split(",")
    options.batches = [int(size) for size in options.batches.split(",")]
    unknown = [name for name in options.variants if name not in VARIANTS]
    if unknown:
        parser.error("unknown variants: %s" % ", ".join(unknown))
    if min(options.runs, options.warmup, options.probes, *options.batches) < 1:
        parser.error("--runs, --warmup, --probes and --batches take positive numbers")
    return options


def write_artifact(kit, variant, path):
    java = os.path.join(kit, "runtime", "bin", "java")
    classes = os.path.join(kit, "classes")
    subprocess.run([java, "-Xmx2g", "-cp", classes, "WriteArtifact", variant, path], check=True)


def pictures(count):
    """Noise, the same on every machine: uint8 [count, 224, 224, 3]."""
    generator = torch.Generator().manual_seed(5)
    return torch.randint(0, 256, (count, SIDE, SIDE, 3), dtype=torch.uint8, generator=generator)


class CpuClock:
    """Wall time: a forward on the CPU is done when it returns."""

    def time(self, work):
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1e3

    def wait(self):
        pass


class CudaClock:
    """CUDA events on the current stream. The device is idle before each, as for a lone request."""

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
    return statistics.median(clock.time(work) for _ in range(options.runs))


def compare(module, images, golden, device):
    """One by one, as batch-1 requests come."""
    logits = torch.cat([module(image[None].to(device)).cpu() for image in images])
    error = (logits - golden).abs().max().item() / golden.abs().max().item()
    same = (logits.argmax(1) == golden.argmax(1)).sum().item()
    return error, same, bool(torch.isfinite(logits).all())


def graph_replay(module, image, clock, options):
    """The forward captured once and replayed: what is left without the cost of launching."""
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
    """Images a second by batch size, inputs on the device already; ends where memory does."""
    rates = {}
    for size in options.batches:
        try:
            batch = pictures(size).to(device)
            repeats = max(1, min(options.runs, 2000 // size))
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
    torch.backends.cudnn.allow_tf32 = mode == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = mode == "tf32"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    module = torch.jit.load(path, map_location=device).eval()
    error, same, finite = compare(module, images, golden, device)
    image = images[:1].to(device)
    result = {
        "mode": mode,
        "max_relative_error": error,
        "bound": BOUNDS[mode],
        "top1_equal": "%d/%d" % (same, len(images)),
        "ok": finite and error <= BOUNDS[mode],
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
        except RuntimeError as failure:  # the rest of the numbers stand without it
            result["graph_failure"] = str(failure).splitlines()[0]
    result["images_per_second"] = throughput(module, clock, device, options)
    if on_gpu:
        result["memory_peak_mib"] = torch.cuda.max_memory_allocated(device) / 2**20
    return result


def check(variant, folder, device, clock, options):
    path = os.path.join(folder, variant + ".pt")
    write_artifact(options.kit, variant, path)
    images = pictures(options.probes)
    golden = torch.jit.load(path, map_location="cpu").eval()(images)
    modes = ["float32", "tf32"] if device.type == "cuda" else ["float32"]
    results = []
    for mode in modes:
        result = {"variant": variant, "published_a100_ms": PUBLISHED_A100_MS[variant]}
        result.update(measure(path, mode, golden, images, device, clock, options))
        results.append(result)
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
    os.remove(path)  # all nine together are more than a gigabyte
    return results


def environment(device):
    about = {
        "when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "device": "CPU, %d threads" % torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "precision": "float32 artifacts; half ones are not written yet",
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        about["device"] = properties.name
        about["memory_mib"] = properties.total_memory // 2**20
        about["cuda"] = torch.version.cuda
        about["cudnn"] = torch.backends.cudnn.version()
    return about


ROW = "%-14s %-8s %9s %6s %9s %9s %9s %9s %14s %10s  %s"


def number(value, form="%.3f"):
    return "-" if value is None else form % value


def head():
    return ROW % (
        ("variant", "mode", "error", "top-1", "batch 1", "graph", "with copy", "A100 pub.")
        + ("images/s (at)", "peak MiB", "")
    )


def row(result):
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
        torch.backends.cudnn.benchmark = True
    clock = CudaClock(device) if device.type == "cuda" else CpuClock()
    report = {"environment": environment(device), "results": []}
    for name, value in report["environment"].items():
        print("%-10s %s" % (name, value))
    print("times are milliseconds, medians of %d\n\n%s" % (options.runs, head()), flush=True)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for variant in options.variants:
            for result in check(variant, folder, device, clock, options):
                report["results"].append(result)
                print(row(result), flush=True)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")
    return 0 if all(result["ok"] for result in report["results"]) else 1


if __name__ == "__main__":
    sys.exit(main())
