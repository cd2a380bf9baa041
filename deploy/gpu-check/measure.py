"""Compares one artifact with its golden logits, and measures it."""

import statistics
import time

import torch

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
