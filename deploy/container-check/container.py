"""A container with the restrictions of the chart."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import uuid

USER = 1000
LONGEST_START = 180


def require(fact, text):
    if not fact:
        sys.exit("FAILED: " + text)


class Container:
    """One running container. Its root is read-only; the given folders are mounted writable."""

    def __init__(self, podman, image, folder, mounts, variables, arguments=()):
        self.podman = podman
        self.name = "check-" + uuid.uuid4().hex[:8]
        self.log = os.path.join(folder, self.name + ".log")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = podman + ["--runtime", "runc", "run", "--rm", "--name", self.name]
        command += ["--network=host", "--read-only", "--read-only-tmpfs=false", "--image-volume=ignore"]
        command += ["--user", "%d:%d" % (USER, USER), "--cap-drop=ALL"]
        command += ["--security-opt=no-new-privileges"]
        # Podman would raise these limits, which a confined root may not do.
        command += ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]
        command += ["--no-healthcheck"]  # it needs systemd
        for target, source in mounts.items():
            os.makedirs(source, exist_ok=True)
            os.chown(source, USER, USER)
            command += ["--volume", "%s:%s" % (source, target)]
        for key, value in variables.items():
            command += ["--env", "%s=%s" % (key, value.replace("{port}", str(self.port)))]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command + [image] + list(arguments), stdout=log, stderr=subprocess.STDOUT
            )

    def text(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def call(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, headers=None):
        status, answer = self.call(method, path, body, headers)
        require(status < 300, "%s %s: %d %s" % (method, path, status, answer[:500]))
        return json.loads(answer)

    def status(self, path):
        try:
            return self.call("GET", path, timeout=5)[0]
        except OSError:
            return 0

    def await_ready(self):
        start = time.monotonic()
        while self.status("/q/health/ready") != 200:
            require(self.process.poll() is None, "the container ended:\n" + self.text())
            late = time.monotonic() - start > LONGEST_START
            require(not late, "not ready after %d s:\n%s" % (LONGEST_START, self.text()))
            time.sleep(0.2)
        return time.monotonic() - start

    def execute(self, *command):
        done = subprocess.run(
            self.podman + ["--runtime", "runc", "exec", self.name] + list(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return done.returncode, done.stdout.decode(errors="replace")

    def terminate(self):
        subprocess.run(
            self.podman + ["--runtime", "runc", "kill", "--signal", "TERM", self.name],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def ended(self):
        try:
            return self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.close()
            return None

    def close(self):
        if self.process.poll() is None:
            subprocess.run(
                self.podman + ["--runtime", "runc", "kill", self.name], stdout=subprocess.DEVNULL
            )
            self.process.wait(60)
