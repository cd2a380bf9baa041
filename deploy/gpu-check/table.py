"""The results as lines of a table."""

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
