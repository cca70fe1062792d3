import DockerClient
import Testing

@testable import Orchestrator

@Suite("What Podman writes otherwise is no difference") struct PodmanTests {
    private func inspected(_ env: [String], stopSignal: String = "") -> ContainerInspect {
        var inspect = ContainerInspect()
        inspect.config.env = env
        inspect.config.stopSignal = stopSignal
        return inspect
    }

    @Test("B22: variables it sets by itself are its own, with the values it gives")
    func variables() {
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let own = inspected(["container=podman", "TERM=xterm", "HOSTNAME=db", "HOME=/root", path, "MODE=one"]).engineVariables
        #expect(Set(own.keys) == ["container", "TERM", "HOSTNAME", "HOME", "PATH"])
        #expect(inspected(["container=podman", "TERM=vt100"]).engineVariables.keys.sorted() == ["container"])
        #expect(inspected(["TERM=xterm", "HOSTNAME=db", path]).engineVariables.isEmpty)
    }

    @Test("B23: a stop signal by its number is that by its name", arguments: [("15", "SIGTERM"), ("9", "SIGKILL"), ("SIGINT", "SIGINT")])
    func stopSignals(written: String, name: String) {
        #expect(inspected([], stopSignal: written).stopSignalName == name)
        #expect(inspected([]).stopSignalName == nil)
    }

    @Test("a network is known by its id, and where its name stands there by that")
    func networks() {
        var network = ContainerNetwork()
        network.networkID = "old"
        #expect(!network.isOn("new", named: "net"))
        network.networkID = "net"
        #expect(network.isOn("new", named: "net"))
        network.networkID = ""
        #expect(network.isOn("new", named: "net"))
    }
}
