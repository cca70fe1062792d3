"""Writes a group as each tool wants it. The changed service takes VALUE from $BENCH_VALUE, so that no file has to change."""
import io
import json
import os
import tarfile

VARIABLE = "BENCH_VALUE"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def image_label(name):
    """By it the images a tool built are found and removed again, whatever it called them."""
    return f"miniboss.bench.life={name}"


def build_context(directory, name, image, version):
    """The directory the reloaded service is built from, with something new in it; returns it as a tar, too."""
    files = {"Dockerfile": f"FROM {image}\nLABEL {image_label(name)}\nCOPY version /version\n", "version": version + "\n"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            write(os.path.join(directory, name), text)
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def floor(group, name, value, tar):
    lines = [f"group {name}"]
    for service in group.services:
        lines.append(f"service {service.name} {group.image(service)} {','.join(service.dependencies) or '-'} {service.command}")
        lines.append(f"value {service.name} {value if service.name == group.changed else '0'}")
        if service.ready_port:
            lines.append(f"ready {service.name} {service.ready_port}")
    lines += [f"change {group.changed}", f"reload {group.reloaded} {group.built_image} {tar}"]
    return "\n".join(lines) + "\n"


def swift(group, name):
    text = f'import Glibc\nimport MinibossKit\n\nlet value = getenv("{VARIABLE}").map {{ String(cString: $0) }} ?? "0"\n'
    for service in group.services:
        value = "value" if service.name == group.changed else '"0"'
        text += f"\nstruct {service.name.title()}: Service {{\n"
        text += f'    let name = "{service.name}"\n    let image = "{group.image(service)}"\n    let env = ["VALUE": {value}]\n'
        text += f'    let cmd = ["sh", "-c", {json.dumps(service.command)}]\n'
        if service.dependencies:
            text += f"    let dependencies = {json.dumps(service.dependencies)}\n"
        if service.name == group.reloaded:
            text += '    let buildFromDirectory = "build/"\n'
        if service.ready_port:
            text += f"    let ports = [80: {service.ready_port}]\n    var readiness: Readiness {{ .http(port: 80, status: 200) }}\n"
        text += "}\n"
    services = ", ".join(f"{service.name.title()}()" for service in group.services)
    return text + f'\n@main struct Bench: ServiceGroup {{\n    let name = "{name}"\n    let services: [any Service] = [{services}]\n}}\n'


def python(group):
    text = "import os\nimport urllib.request\n\nimport miniboss\n"
    for service in group.services:
        value = f'os.environ.get("{VARIABLE}", "0")' if service.name == group.changed else '"0"'
        text += f"\n\nclass {service.name.title()}(miniboss.Service):\n"
        text += f'    name = "{service.name}"\n    image = "{group.image(service)}"\n    env = {{"VALUE": {value}}}\n'
        text += f'    cmd = ["sh", "-c", {json.dumps(service.command)}]\n'
        if service.dependencies:
            text += f"    dependencies = {json.dumps(service.dependencies)}\n"
        if service.name == group.reloaded:
            text += '    build_from = "build/"\n'
        if service.ready_port:
            text += f"    ports = {{80: {service.ready_port}}}\n\n    def ping(self):\n        try:\n"
            text += f'            return urllib.request.urlopen("http://127.0.0.1:{service.ready_port}/", timeout=5).status == 200\n'
            text += "        except OSError:\n            return False\n"
    return text + '\n\nif __name__ == "__main__":\n    miniboss.cli()\n'


def compose(group):
    services = {}
    for service in group.services:
        value = f"${{{VARIABLE}:-0}}" if service.name == group.changed else "0"
        entry = {
            "image": group.image(service), "environment": {"VALUE": value}, "stop_grace_period": "50s",
            "command": ["sh", "-c", service.command.replace("$", "$$")],
        }
        if service.name == group.reloaded:
            entry["build"] = {"context": "build"}
        if service.ready_port:
            entry["ports"] = [f"{service.ready_port}:80"]
            entry["healthcheck"] = {
                "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:80/"], "interval": "100ms", "timeout": "5s", "retries": 300,
            }
        if service.dependencies:
            condition = "service_healthy" if service.ready_port else "service_started"
            entry["depends_on"] = {name: {"condition": condition} for name in service.dependencies}
        services[service.name] = entry
    # JSON is YAML.
    return json.dumps({"services": services}, indent=1) + "\n"
