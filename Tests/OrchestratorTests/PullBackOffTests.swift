import DockerClient
import Testing

@testable import Orchestrator

@Suite struct PullBackOffTests {
    private func refusal(_ message: String) -> DockerError {
        DockerError(.failedInStream, endpoint: "POST /images/create", message: message)
    }

    @Test("a registry that has too much to do is asked again after twice the time, up to 30 s, until the deadline")
    func pauses() {
        var backOff = PullBackOff(deadline: 100)
        var elapsed = 0.0
        var pauses: [Double] = []
        while let pause = backOff.pause(after: refusal("toomanyrequests: too many requests"), elapsed: elapsed) {
            pauses.append(pause)
            elapsed += pause
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
    }

    @Test("no other refusal is waited out, nor a quota that is counted in hours")
    func refusals() {
        var backOff = PullBackOff(deadline: 100)
        #expect(backOff.pause(after: refusal("manifest unknown"), elapsed: 0) == nil)
        let quota = "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
        #expect(backOff.pause(after: refusal(quota), elapsed: 0) == nil)
    }
}
