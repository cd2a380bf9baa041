"""Runs an image as the chart does and checks what it answers: check.py FLAVOR FOLDER IMAGE PODMAN...

FLAVOR is cpu or gpu, FOLDER is created, IMAGE is a local image, PODMAN... is the command podman with its
global options.
Needs only Python's standard library. Prints one line for each check and ends with status 1 at the first
one that fails.
"""

import base64
import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import uuid

from container import USER, Container, require
from pictures import classes, form, png, stripes

PASSWORD = uuid.uuid4().hex
ADMIN = {"Authorization": "Basic " + base64.b64encode(("ann:" + PASSWORD).encode()).decode()}
LONGEST_TRAINING = 300
CLIENTS = 4
DELAY = 15  # longer than a busy machine needs to notice SIGTERM


def confined(container):
    """The process has the user, the capabilities and the file system that the chart gives it."""
    status, text = container.execute("cat", "/proc/1/status")
    require(status == 0, "cannot read /proc/1/status: " + text)
    facts = dict(re.findall(r"^(\w+):\s+(.*)$", text, re.MULTILINE))
    require(facts["Uid"].split() == [str(USER)] * 4, "wrong user: " + facts["Uid"])
    for kind in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
        require(int(facts[kind], 16) == 0, "%s is %s" % (kind, facts[kind]))
    for folder, writable in (
        ("/opt/vanillanet", False),
        ("/etc", False),
        ("/", False),
        ("/tmp", True),
        ("/models", True),
        ("/var/lib/vanillanet", True),
    ):
        status, _ = container.execute("sh", "-c", "touch %s/written && rm %s/written" % (folder, folder))
        require((status == 0) == writable, "%s: writable is %s" % (folder, status == 0))


def healthy(container, image):
    """The health check of the image finds the port that the variables set."""
    inspect = subprocess.run(
        container.podman + ["image", "inspect", image], stdout=subprocess.PIPE, check=True
    )
    kind, command = json.loads(inspect.stdout)[0]["Healthcheck"]["Test"]
    require(kind == "CMD-SHELL", "unexpected health check " + kind)
    status, text = container.execute("sh", "-c", command)
    require(status == 0, "the health check fails: %s %s" % (command, text))


def train(container):
    """Uploads two classes, waits for the published model and asks it for both classes."""
    spec = {"name": "tiny", "variant": "vanillanet_5", "dims": [8, 8, 8, 8]}
    spec.update({"input_size": 64, "epochs": 4})
    body, headers = form(
        data=("pictures.zip", "application/zip", classes()),
        spec=("spec.json", "application/json", json.dumps(spec).encode()),
    )
    job = container.json("POST", "/admin/trainings", body, dict(headers, **ADMIN))
    path = "/admin/trainings/" + job["id"]
    start = time.monotonic()
    while job["state"].upper() in ("QUEUED", "RUNNING", "INTERRUPTED"):
        require(time.monotonic() - start < LONGEST_TRAINING, "the training takes too long: %s" % job)
        time.sleep(1)
        job = container.json("GET", path, headers=ADMIN)
    require(job["state"].upper() == "SUCCEEDED", "the training ended as %s" % json.dumps(job)[:2000])
    answer = container.json(
        "POST", "/classify/tiny", stripes((200, 20, 20), random.Random(1)), {"Content-Type": "image/png"}
    )
    labels = sorted(prediction["label"] for prediction in answer["predictions"])
    require(labels == ["blue", "red"], "unexpected labels %s" % labels)
    return time.monotonic() - start


class Load(threading.Thread):
    """Sends pictures, one after the other, until it is stopped. A pause divides the body of each."""

    def __init__(self, port, picture, pause=0.0):
        super().__init__(daemon=True)
        self.port = port
        self.picture = picture
        self.pause = pause
        self.answered = 0
        self.failures = []
        self.stopped = False

    def run(self):
        try:
            self.send()
            self.answered += 1
            while not self.stopped:
                self.send()
                self.answered += 1
        except (OSError, http.client.HTTPException, ValueError, KeyError) as failure:
            self.failures.append(repr(failure))

    def send(self):
        most = len(self.picture) * 9 // 10  # slower bodies are rejected
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest("POST", "/classify")
            connection.putheader("Content-Type", "image/png")
            connection.putheader("Content-Length", str(len(self.picture)))
            connection.endheaders()
            connection.send(self.picture[:most])
            time.sleep(self.pause)
            connection.send(self.picture[most:])
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or not json.loads(body)["predictions"]:
                raise ValueError("%d %s" % (answer.status, body[:200]))
        finally:
            connection.close()


def end_under_load(container, picture):
    """Every request that is accepted after SIGTERM is answered.

    Some clients send until a load balancer has noticed that the service is not ready. One sends the rest
    of its picture when the service already waits for the last requests.
    """
    clients = [Load(container.port, picture) for _ in range(CLIENTS)]
    slow = Load(container.port, picture, DELAY + 2)
    for client in clients:
        client.start()
    while not all(client.answered > 2 or client.failures for client in clients):
        time.sleep(0.1)
    before = sum(client.answered for client in clients)
    container.terminate()
    slow.stopped = True  # after its first picture
    slow.start()
    end = time.monotonic() + DELAY
    while container.status("/q/health/ready") != 503:
        require(time.monotonic() < end, "the service stays ready after SIGTERM")
        time.sleep(0.1)
    time.sleep(1)
    for client in clients:
        client.stopped = True
        client.join()
    status = container.ended()
    slow.join()
    failures = [failure for client in clients + [slow] for failure in client.failures]
    require(not failures, "%d requests failed: %s" % (len(failures), failures[:3]))
    require(status == 0, "status %s after SIGTERM, expected 0:\n%s" % (status, container.text()))
    return before, sum(client.answered for client in clients) - before + slow.answered


def as_the_chart(podman, image, folder, picture):
    mounts = {
        "/tmp": os.path.join(folder, "tmp"),
        "/models": os.path.join(folder, "models"),
        "/var/lib/vanillanet": os.path.join(folder, "work"),
    }
    variables = {
        "QUARKUS_HTTP_HOST": "127.0.0.1",
        "QUARKUS_HTTP_PORT": "{port}",
        "QUARKUS_SHUTDOWN_DELAY": "%ds" % DELAY,
        "QUARKUS_SHUTDOWN_TIMEOUT": "30s",
        "QUARKUS_SECURITY_USERS_EMBEDDED_USERS_ANN": PASSWORD,
        "QUARKUS_SECURITY_USERS_EMBEDDED_ROLES_ANN": "admin",
        "VANILLANET_REPOSITORY": "/models",
    }
    container = Container(podman, image, folder, mounts, variables)
    try:
        print("ready after %.1f s" % container.await_ready())
        confined(container)
        healthy(container, image)
        print("user %d, no capabilities, read-only root" % USER)
        answer = container.json("POST", "/classify", picture, {"Content-Type": "image/png"})
        require(answer["trained"] and answer["predictions"], "unexpected answer %s" % answer)
        print("answers a picture: %s" % answer["predictions"][0])
        print("trains and serves a tiny model: %.0f s" % train(container))
        answered = end_under_load(container, picture)
        print("SIGTERM under load: answered %d before and %d after it, none failed" % answered)
    finally:
        container.close()


def as_the_clouds(podman, image, folder, picture):
    """The argument of SageMaker, its folder of the model, and the port of Vertex AI."""
    model = os.path.join(folder, "ml-model")
    mounts = {"/tmp": os.path.join(folder, "tmp2"), "/opt/ml/model": model}
    mounts["/var/lib/vanillanet"] = os.path.join(folder, "work2")
    variables = {"AIP_HTTP_PORT": "{port}", "QUARKUS_HTTP_HOST": "127.0.0.1"}
    container = Container(podman, image, folder, mounts, variables, ["serve"])
    try:
        container.await_ready()
        healthy(container, image)
        require(os.listdir(model), "the repository is not /opt/ml/model:\n" + container.text())
        require(container.status("/ping") == 200, "GET /ping is not 200")
        container.json("POST", "/invocations", picture, {"Content-Type": "image/png"})
        print("serve, /opt/ml/model and AIP_HTTP_PORT work")
    finally:
        container.close()


def without_a_driver(podman, image, folder):
    """An image for GPUs that must use one ends with the reason."""
    variables = {"VANILLANET_DEVICE": "cuda:0", "QUARKUS_HTTP_PORT": "{port}"}
    mounts = {"/tmp": os.path.join(folder, "tmp3"), "/models": os.path.join(folder, "models3")}
    container = Container(podman, image, folder, mounts, variables)
    try:
        status = container.ended()
        text = container.text()
        require(status == 1 and "there is no NVIDIA driver" in text, "status %s:\n%s" % (status, text))
        print("VANILLANET_DEVICE=cuda:0 is refused without a driver")
    finally:
        container.close()


def main(flavor, folder, image, *podman):
    os.makedirs(folder)
    os.chmod(folder, 0o755)
    source = random.Random(3)
    picture = png(320, 240, lambda x, y: (x % 256, y % 256, source.randrange(256)))
    as_the_chart(list(podman), image, folder, picture)
    as_the_clouds(list(podman), image, folder, picture)
    if flavor == "gpu":
        without_a_driver(list(podman), image, folder)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    main(*sys.argv[1:])
