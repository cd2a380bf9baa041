"""Runs the packaged service with the libtorch of this Python: a start, bench and verify."""

import glob
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

import torch

LIBTORCH = "2.7.1"
CUDA = "12.8"
NATIVE = "jnilib/linux-x86_64/cu128/libdjl_torch.so"

# Parts of the wheel that only Python needs, and one that the engine must not load by itself.
LEFT_OUT = ("libtorch_python", "libshm", "libcaffe2_nvrtc")


def obstacle(folder, device):
    """Returns why the service cannot run here, or None."""
    if not os.path.exists(os.path.join(folder, "quarkus-run.jar")):
        return "%s has no quarkus-run.jar; name the packaged service with --service" % folder
    if shutil.which("java") is None:
        return "there is no java in PATH"
    version = torch.__version__.split("+")[0]
    if device.type == "cuda" and (version, torch.version.cuda) != (LIBTORCH, CUDA):
        return "it needs torch %s for CUDA %s, this is %s for CUDA %s" % (
            (LIBTORCH, CUDA, version, torch.version.cuda)
        )
    return None


def environment(folder, engine):
    """Links the libraries as Dockerfile.gpu arranges them, and returns the variables of the image."""
    os.mkdir(engine)
    torch_lib = os.path.join(os.path.dirname(torch.__file__), "lib")
    for library in glob.glob(os.path.join(torch_lib, "lib*.so*")):
        name = os.path.basename(library)
        if not name.startswith(LEFT_OUT):
            os.symlink(library, os.path.join(engine, name))
    jar = glob.glob(os.path.join(folder, "lib", "main", "ai.djl.pytorch.pytorch-jni-*.jar"))[0]
    with zipfile.ZipFile(jar) as content:
        with open(os.path.join(engine, "libdjl_torch.so"), "wb") as native:
            native.write(content.read(NATIVE))
    cuda = engine + "-cuda"
    os.mkdir(cuda)
    site = os.path.dirname(os.path.dirname(torch.__file__))
    folders = glob.glob(os.path.join(site, "nvidia", "*", "lib"))
    for runtime in glob.glob(os.path.join(site, "nvidia", "*", "lib", "libcudart.so.12")):
        os.symlink(runtime, os.path.join(cuda, "libcudart.so"))
    inherited = [part for part in os.environ.get("LD_LIBRARY_PATH", "").split(":") if part]
    return {
        "PYTORCH_LIBRARY_PATH": engine,
        "PYTORCH_VERSION": LIBTORCH,
        "PYTORCH_FLAVOR": "cu128",
        "DJL_OFFLINE": "true",
        # the last folder of torch is for libcaffe2_nvrtc.so
        "LD_LIBRARY_PATH": ":".join([engine, cuda, *folders, torch_lib, *inherited]),
    }


def ready(port):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d/q/health/ready" % port, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def start_and_stop(java, variables, seconds):
    """Starts the service, which creates, loads and certifies the models. Returns its start-up time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = dict(variables, QUARKUS_HTTP_HOST="127.0.0.1", QUARKUS_HTTP_PORT=str(port))
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(java, env=variables, stdout=log, stderr=subprocess.STDOUT)
        try:
            while not ready(port):
                if process.poll() is not None or time.monotonic() > start + seconds:
                    log.seek(0)
                    raise RuntimeError("the service did not become ready:\n" + log.read()[-2000:])
                time.sleep(0.2)
            return time.monotonic() - start
        finally:
            process.terminate()
            process.wait(60)


def check(folder, device, variants, seconds):
    """Prints and returns the results. "ok" is false if a command fails."""
    reason = obstacle(folder, device)
    if reason:
        print("\nservice    not run: " + reason)
        return {"unsupported": reason}
    deadline = time.monotonic() + seconds
    java = ["java", "-Xmx2g", "--enable-native-access=ALL-UNNAMED", "-jar"]
    java.append(os.path.abspath(os.path.join(folder, "quarkus-run.jar")))
    name = "cpu" if device.type == "cpu" else "cuda:%d" % (device.index or 0)
    result = {"ok": True}
    with tempfile.TemporaryDirectory() as work:
        variables = dict(os.environ, ENGINE_CACHE_DIR=os.path.join(work, "cache"))
        if device.type == "cuda":
            variables.update(environment(folder, os.path.join(work, "engine")))
        models = os.path.join(work, "models")
        variables.update(
            VANILLANET_DEVICE=name,
            VANILLANET_REPOSITORY=models,
            VANILLANET_SEEDED_MODELS=",".join(variants),
        )
        try:
            result["ready_seconds"] = start_and_stop(java, variables, seconds)
            print("\nservice    ready on %s after %.1f s" % (name, result["ready_seconds"]), flush=True)
            for command in (["verify"], ["bench", "--variant", ",".join(variants)]):
                run = subprocess.run(
                    java + command + ["--device", name],
                    env=variables,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    universal_newlines=True,
                    timeout=max(30, deadline - time.monotonic()),
                )
                print("\n%s\n%s" % (" ".join(command), run.stdout.rstrip()), flush=True)
                result[command[0]] = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
                result["ok"] = result["ok"] and run.returncode == 0
        except (RuntimeError, subprocess.TimeoutExpired) as failure:
            print("\nservice    FAILED: %s" % failure, file=sys.stderr)
            result.update({"ok": False, "failure": str(failure)})
    return result
